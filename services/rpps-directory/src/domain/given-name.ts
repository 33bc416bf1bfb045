/**
 * The first given name of the column `Prénoms`, where three are joined by apostrophes (`PIERRE'DANIEL'`, the last ones
 * possibly empty) although a given name may hold one itself (`N'GOLO''`). The name of practice settles it when the
 * column begins with it; otherwise two empty places at the end say that all the rest is one name.
 */
export function firstGivenName(column: string, nameOfPractice: string): string {
  const upper = column.toUpperCase();
  const practised = nameOfPractice.toUpperCase();
  if (practised !== '' && (upper === practised || upper.startsWith(`${practised}'`)))
    return column.slice(0, nameOfPractice.length);
  if (column.endsWith("''")) return column.slice(0, -2);
  return column.split("'")[0] ?? '';
}
