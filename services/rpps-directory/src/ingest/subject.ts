import { type Accepted, accepted, parseNationalId, type Refused, refused } from '@psc/kernel';
import type { RejectReason } from '#src/domain/row-problems.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';

/** What a row says of whom it is about. */
interface Identity {
  /** The column `Identification nationale PP`: type and identifier together. */
  readonly nationalId?: string;
  readonly identifierType?: string;
  readonly identifier?: string;
  /** Of the structure that a mailbox belongs to. */
  readonly structure?: string;
}

const RPPS = /^\d{11}$/;
/** Corsica, overseas and test numbers hold letters. */
const ADELI = /^[0-9][0-9A-Z][0-9A-Z]{7}$/i;
const STRUCTURE = /^[0-9A-Za-z][0-9A-Za-z/._-]{0,63}$/;

/** The subject of a row: a national identifier, or `structure:<identifier>` for the mailbox of a structure. */
export function readSubject(
  kind: FileKind,
  { nationalId = '', identifierType = '', identifier = '', structure = '' }: Identity,
): Accepted<string> | Refused<RejectReason> {
  if (nationalId !== '') return asNationalId(nationalId);
  if (identifier !== '' && kind === 'mssante') return asNationalId(identifierType + identifier);
  if (identifier !== '' && (kind === 'porteurs' || kind === 'adeli_rpps'))
    return asNationalId(withType(identifierType, identifier));
  if (kind !== 'mssante') return refused('national_id_malformed');
  return STRUCTURE.test(structure) ? accepted(`structure:${structure}`) : refused('subject_missing');
}

/** These files name people by their number alone; if one day they hold the type too, it is not put twice. */
function withType(type: string, identifier: string): string {
  if (type !== '') return type + identifier;
  if (RPPS.test(identifier)) return `8${identifier}`;
  return ADELI.test(identifier) ? `0${identifier}` : identifier;
}

function asNationalId(text: string): Accepted<string> | Refused<RejectReason> {
  const parsed = parseNationalId(text);
  return parsed.ok ? parsed : refused('national_id_malformed');
}
