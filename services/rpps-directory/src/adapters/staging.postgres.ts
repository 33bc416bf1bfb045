import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Seal } from '@psc/datastores';
import { activityFields, exerciceFields } from '@psc/kernel';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { hasActivity, hasExercice } from '#src/domain/exercices.ts';
import { originOf } from '#src/domain/identifier.ts';
import type { RegisterRow, RejectedRow } from '#src/domain/register-row.ts';
import type { Extract } from '#src/ports/register.ts';
import { activityColumns, exerciceColumns } from './columns.postgres.ts';
import { contactName } from './contacts.postgres.ts';

const practiceFields = [...exerciceFields, ...activityFields] as const;

const CREATE = `
  CREATE TEMP TABLE staged (
    line integer, reason text, national_id text, origin text, code_civilite text, family_name text, given_name text,
    other_ids text[], contact text, contact_digest text, has_exercice boolean, has_activity boolean,
    ${[...exerciceColumns, ...activityColumns].map((column) => `${column} text`).join(', ')}
  ) ON COMMIT DROP`;

/** Copies every row, bad ones too, to the temporary table `staged`, as a stream. Contacts are sealed on the way. */
export async function stage(client: PoolClient, seal: Seal, extract: Extract): Promise<void> {
  await client.query(CREATE);
  const sealContact = createContactSealer(seal);
  const lines = async function* () {
    for await (const rows of extract.rows)
      yield rows
        .map((row) => ('reason' in row ? rejectedLine(row) : goodLine(row, sealContact(row))))
        .join('');
  };
  await pipeline(
    Readable.from(lines(), { objectMode: false }),
    client.query(copyFrom('COPY staged FROM STDIN')),
  );
  await client.query('ANALYZE staged');
}

const NULL = '\\N';

function rejectedLine({ line, reason, nationalId }: RejectedRow): string {
  const empty = Array.from({ length: 9 + practiceFields.length }, () => NULL);
  return `${[line, reason, nationalId ? copied(nationalId) : NULL, ...empty].join('\t')}\n`;
}

function goodLine(row: RegisterRow, contact: SealedContact | undefined): string {
  const values = [
    row.line,
    NULL,
    row.nationalId,
    originOf(row.nationalId),
    copied(row.codeCivilite),
    copied(row.familyName),
    copied(row.givenName),
    // No quoting: an identifier has letters, digits and `/._-` only.
    `{${row.otherIds.join(',')}}`,
    contact?.sealed ?? NULL,
    contact?.digest ?? NULL,
    hasExercice(row.practice),
    hasActivity(row.practice),
    ...practiceFields.map((field) => copied(row.practice[field])),
  ];
  return `${values.join('\t')}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** The text format of COPY. */
function copied(value: string): string {
  return /[\\\t\n\r]/.test(value) ? value.replaceAll(/[\\\t\n\r]/g, (each) => ESCAPES[each] ?? each) : value;
}

interface SealedContact {
  readonly sealed: string;
  /** Keyed: tells whether the contact changed, and nothing about it. */
  readonly digest: string | undefined;
}

/** A person's rows follow each other: the last sealed contact is most often the next one too. */
function createContactSealer(seal: Seal): (row: RegisterRow) => SealedContact | undefined {
  let last: { of: string; contact: SealedContact } | undefined;
  return ({ nationalId, phone, mail }) => {
    if (phone === '' && mail === '') return undefined;
    const of = JSON.stringify([nationalId, phone, mail]);
    if (last?.of !== of) {
      const sealed = seal.seal(contactName(nationalId), JSON.stringify({ phone, mail }));
      last = { of, contact: { sealed, digest: seal.pseudonyms(of)[0] } };
    }
    return last.contact;
  };
}
