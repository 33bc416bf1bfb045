import { activityFields, exerciceFields, type NationalId, parseNationalId } from '@psc/kernel';
import { firstGivenName } from '#src/domain/given-name.ts';
import { parseOtherIdentifiers, withoutOwn } from '#src/domain/identifier.ts';
import type { Practice, RegisterRow, RejectedRow, RejectReason } from '#src/domain/register-row.ts';
import type { Field } from './columns.ts';
import { type Layout, SEPARATOR } from './layout.ts';

const LONGEST_VALUE = 512;
const MOST_OTHER_IDS = 19;
/** A byte that was not text in the file's encoding, or a character that PostgreSQL cannot hold. */
const NOT_TEXT = /[\ufffd\0]/;
const practiceFields = [...exerciceFields, ...activityFields] as const;

/** Answers how to read one line of a file of this layout. No quoting: a `"` is a character like another. */
export function createRowReader(layout: Layout): (line: string, number: number) => RegisterRow | RejectedRow {
  const { positions, width, trailing, kind } = layout;
  const restricted = kind === 'pro_sante_connect';
  const nationalIdAt = positions.get('nationalId') ?? -1;
  const practiceAt = practiceFields.map((field) => [field, positions.get(field) ?? -1] as const);

  return (line, number) => {
    const values = line.split(SEPARATOR);
    const nationalId = readNationalId(values[nationalIdAt]);
    const reject = (reason: RejectReason): RejectedRow => ({
      line: number,
      reason,
      ...(nationalId === undefined ? {} : { nationalId }),
    });
    const value = (field: Field) => values[positions.get(field) ?? -1]?.trim() ?? '';

    const hasTrailing = values.length === width + 1 && values.at(-1) === '';
    if (!hasTrailing && (trailing || values.length !== width)) return reject('column_count');
    if (NOT_TEXT.test(line)) return reject('not_text');
    if (nationalId === undefined) return reject('national_id_malformed');
    if (values.some((each) => each.length > LONGEST_VALUE)) return reject('value_too_long');
    const otherIds = readOtherIds(nationalId, value('autresIdentifiants'));
    if (otherIds === undefined) return reject('other_identifiers_malformed');

    const practice = Object.fromEntries(
      practiceAt.map(([field, at]) => [field, values[at]?.trim() ?? '']),
      // The entries are all the fields of a practice, which Object.fromEntries cannot express.
    ) as Practice;
    const { nomDexercice, prenomDexercice } = practice;
    return {
      line: number,
      nationalId,
      codeCivilite: value('codeCivilite'),
      familyName: (restricted && value('nomDeFamille')) || nomDexercice,
      givenName: (restricted && firstGivenName(value('prenoms'), prenomDexercice)) || prenomDexercice,
      otherIds,
      phone: value('telephoneCorrespondance'),
      mail: value('mailCorrespondance'),
      practice,
    };
  };
}

function readNationalId(text: string | undefined): NationalId | undefined {
  const parsed = parseNationalId(text ?? '');
  return parsed.ok ? parsed.value : undefined;
}

function readOtherIds(nationalId: NationalId, column: string): NationalId[] | undefined {
  const identifiers = parseOtherIdentifiers(column)?.map(readNationalId);
  if (!identifiers?.every((each) => each !== undefined)) return undefined;
  const others = withoutOwn(nationalId, identifiers);
  return others.length > MOST_OTHER_IDS ? undefined : others;
}
