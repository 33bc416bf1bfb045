import { hasLuhnKey } from './luhn.ts';
import { accepted, type Outcome, refused } from './outcome.ts';

/**
 * Identification nationale PP (IDNPS, OID 1.2.250.1.71.4.2.1): a type prefix, then the identifier.
 * `8` + RPPS (12 characters), `0` + ADELI (10), `3<FINESS>/<local>`, `5<SIRET>/<local>`, a UUID for a PSI account…
 * Applications treat it as opaque; so do we, beyond what helps a person who types it.
 */
export type NationalId = string & { readonly __brand: 'NationalId' };

const LONGEST = 64;
/** Letters, digits, and the separators seen in establishment and PSI identifiers. */
const SHAPE = /^[0-9A-Z][0-9A-Za-z/._-]{5,63}$/;
const PSI = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type NationalIdRefusal = 'identifier_missing' | 'identifier_malformed' | 'identifier_without_prefix';

/**
 * Reads what a person typed or an application hinted: spaces, dots and case are forgiven.
 * An RPPS number typed without its leading 8 is refused apart, so that the page can offer the correction.
 */
export function parseNationalId(typed: string): Outcome<NationalId, NationalIdRefusal> {
  if (typed.length > LONGEST * 2) return refused('identifier_malformed');
  const compact = typed.trim().replaceAll(/[\s.\u00a0\u202f]/g, '');
  if (compact === '') return refused('identifier_missing');
  if (PSI.test(compact.toLowerCase())) return accepted(brand(compact.toLowerCase()));
  const value = compact.toUpperCase();
  if (isRpps(value)) return refused('identifier_without_prefix');
  return SHAPE.test(value) ? accepted(brand(value)) : refused('identifier_malformed');
}

/** Eleven digits with their key: an RPPS number (RPPS numbers begin with 1, or 9 in the test ranges). */
export function isRpps(digits: string): boolean {
  return /^[19]\d{10}$/.test(digits) && hasLuhnKey(digits);
}

/** The identifier that a person meant when they typed an RPPS number without its 8. */
export function withRppsPrefix(typed: string): string {
  return `8${typed.replaceAll(/\D/g, '')}`;
}

function brand(value: string): NationalId {
  // The only place that makes one: every NationalId has been through parseNationalId.
  return value as NationalId;
}
