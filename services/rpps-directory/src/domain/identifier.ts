/** Where an identifier comes from, by its prefix (TRE_G08); `PSI` is a Pro Santé Identité account. */
export type Origin =
  | 'RPPS'
  | 'ADELI'
  | 'CAB_ADELI'
  | 'FINESS'
  | 'SIREN'
  | 'SIRET'
  | 'CAB_RPPS'
  | 'PSI'
  | 'EDIT'
  | 'RASS';

const byPrefix: Readonly<Record<string, Origin>> = {
  '0': 'ADELI',
  '1': 'CAB_ADELI',
  '3': 'FINESS',
  '4': 'SIREN',
  '5': 'SIRET',
  '6': 'CAB_RPPS',
  '8': 'RPPS',
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EDIT = /^ANS\d{14}$/;

/**
 * What follows the type, by type (TRE_G08); those with a structure in them end with what the structure calls the person.
 * FINESS and ADELI numbers of Corsica, overseas and tests hold letters.
 */
const shapes: Readonly<Partial<Record<Origin, RegExp>>> = {
  RPPS: /^8\d{11}$/,
  ADELI: /^0\d[0-9A-Z]\d{7}$/,
  CAB_ADELI: /^1[0-9A-Z]{11}\/.+$/,
  FINESS: /^3\d[0-9A-Z]\d{7}\/.+$/,
  SIREN: /^4\d{9}\/.+$/,
  SIRET: /^5\d{14}\/.+$/,
  CAB_RPPS: /^6\d{14}\/.+$/,
};

/** Has the identifier the shape that the nomenclature gives to its type? Its key is not looked at. */
export function isWellFormed(identifier: string): boolean {
  const origin = originOf(identifier);
  return shapes[origin]?.test(identifier) ?? origin !== 'RASS';
}

export function originOf(identifier: string): Origin {
  if (UUID.test(identifier)) return 'PSI';
  if (EDIT.test(identifier)) return 'EDIT';
  return byPrefix[identifier.charAt(0)] ?? 'RASS';
}

/**
 * A professional whose ADELI number vanishes has most often moved to RPPS (2021-2025), and the extract does not say so.
 * So an ADELI identifier never becomes inactive by vanishing, as in Pro Santé Connect's own loader (its rule RG01).
 */
export function outlivesItsExtract(identifier: string): boolean {
  return originOf(identifier) === 'ADELI';
}

/**
 * May a person declare, as another identifier of theirs, one that is someone's national identifier? Yes, since people
 * move from ADELI, an employer's number or a PSI account to RPPS. But never an RPPS number: it is for life, and taking
 * it over would be logging in as somebody else.
 */
export function mayBeTakenOver(identifier: string): boolean {
  return originOf(identifier) !== 'RPPS';
}

export interface OtherId {
  readonly identifiant: string;
  readonly origine: Origin;
  /** 1, or 2 for a PSI account. */
  readonly qualite: number;
}

const MOST_OTHER_IDS = 20;

/** Every identifier of a person, their national one first. */
export function otherIds(nationalId: string, others: readonly string[]): OtherId[] {
  return [nationalId, ...others.toSorted()].slice(0, MOST_OTHER_IDS).map((identifiant) => {
    const origine = originOf(identifiant);
    return { identifiant, origine, qualite: origine === 'PSI' ? 2 : 1 };
  });
}

const ENTRY = /([0-9A-Za-z][0-9A-Za-z/._-]{5,63}),[A-Z_]{2,16},\d/g;

/**
 * Reads the column `Autres identifiants`: `id,ORIGIN,quality`, one after the other. Undefined when something in it is
 * not of this shape. The origin is read again from the identifier itself.
 */
export function parseOtherIdentifiers(column: string): readonly string[] | undefined {
  const found = [...column.matchAll(ENTRY)].map(([, identifier = '']) => identifier);
  const rest = column.replaceAll(ENTRY, '');
  return /^[\s,;]*$/.test(rest) ? found : undefined;
}
