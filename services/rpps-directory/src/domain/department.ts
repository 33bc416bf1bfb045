/**
 * The department of an activity: as the file says it, or else by the commune, or else by the postal code. '' abroad, and when
 * nothing tells. Overseas it has three digits; Corsica is 2A and 2B, whose postal codes begin with 200, 201 and 202, 206.
 */
export function departmentOf(activity: {
  readonly codeDepartement: string;
  readonly codeCommune: string;
  readonly codePostal: string;
  readonly codePays: string;
}): string {
  const said = activity.codeDepartement.toUpperCase();
  if (/^(\d{2}|2[AB]|9[78]\d)$/.test(said)) return said;
  if (!isFrance(activity.codePays)) return '';
  const commune = activity.codeCommune.toUpperCase();
  if (/^(\d{2}|2[AB])\d{3}$/.test(commune))
    return /^9[78]/.test(commune) ? commune.slice(0, 3) : commune.slice(0, 2);
  const postal = activity.codePostal;
  if (!/^\d{5}$/.test(postal)) return '';
  if (/^9[78]/.test(postal)) return postal.slice(0, 3);
  if (/^20[01]/.test(postal)) return '2A';
  if (/^20[26]/.test(postal)) return '2B';
  return postal.slice(0, 2);
}

/** Often empty, which is France. */
function isFrance(codePays: string): boolean {
  return codePays === '' || codePays === '99000' || codePays === '99100';
}
