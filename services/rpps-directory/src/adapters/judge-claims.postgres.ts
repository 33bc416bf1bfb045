import type { PoolClient } from 'pg';
import { practiceKinds } from '#src/domain/described.ts';
import { areOtherNames, knownNames } from '#src/domain/other-names.ts';
import { declaringKinds, type FileKind, parseRows } from '#src/domain/stored-rows.ts';
import { HAVE_RECORDS } from './claims.postgres.ts';
import { pages } from './pages.postgres.ts';
import { describedTable, isRpps } from './tables.postgres.ts';
import { MOST_KEPT_REJECTS } from './write-version.postgres.ts';

interface Pair {
  readonly identifier: string;
  readonly subject: string;
  readonly kind: FileKind;
  /** Rows of the record of the identifier, and of who declares it, of each kind on practice. */
  readonly of_identifier: readonly (string | null)[];
  readonly of_subject: readonly (string | null)[];
}

/**
 * Believes or refuses what is declared of identifiers that have a record of their own, by the names of both: a wrong line must
 * not give somebody a stranger's phones. Decided here, since lookups are many and imports few: they read the verdict. To be
 * asked once all is written, and before merges are announced.
 *
 * `among` the claims of whom the version changed, on either side; or `all` that are not believed. What is believed stays so:
 * people change names. `isForced`: what this kind of file declares is believed all the same, since an operator says why.
 * Answers how many claims are refused that were not before, of whatever kind.
 */
export async function judgeClaims(
  client: PoolClient,
  kind: FileKind,
  given: { readonly version: string; readonly among: 'changed' | 'all'; readonly isForced?: boolean },
): Promise<number> {
  await client.query(
    `CREATE TEMP TABLE judged ON COMMIT DROP AS
     SELECT c.identifier, c.subject, c.kind, c.believed AS before, true AS believed, false AS forced
     FROM (${touched(kind, given)}) AS c
     WHERE NOT ${isRpps('c.identifier')} AND ${HAVE_RECORDS}`,
  );
  if (!decidesClaims(kind)) return 0;
  await client.query('CREATE INDEX ON judged (identifier)');
  await client.query('ANALYZE judged');
  for await (const page of pages<Pair>(client, PAIRS)) {
    const refused = page.filter((pair) =>
      areOtherNames(namesIn(pair.of_identifier), namesIn(pair.of_subject)),
    );
    if (refused.length === 0) continue;
    await client.query(
      `UPDATE judged j SET believed = false FROM unnest($1::text[], $2::text[]) AS r (identifier, subject)
       WHERE j.identifier = r.identifier AND j.subject = r.subject`,
      [refused.map(({ identifier }) => identifier), refused.map(({ subject }) => subject)],
    );
  }
  if (given.isForced) await believeForced(client, kind, given.version);
  await client.query(
    `UPDATE declared_identifiers c SET believed = j.believed, forced_by = CASE WHEN j.forced THEN $1::bigint END
     FROM judged j
     WHERE c.identifier = j.identifier AND c.subject = j.subject AND c.kind = j.kind AND j.believed IS DISTINCT FROM j.before`,
    [given.version],
  );
  const { rows } = await client.query<{ refused: number }>(
    'SELECT count(*)::int AS refused FROM judged WHERE NOT believed AND before IS DISTINCT FROM false',
  );
  return rows[0]?.refused ?? 0;
}

/** Other kinds of file tell neither identifiers nor how somebody is called. */
function decidesClaims(kind: FileKind): boolean {
  return declaringKinds.includes(kind) || practiceKinds.some((each) => each === kind);
}

function touched(
  kind: FileKind,
  { among, isForced }: { readonly among: 'changed' | 'all'; readonly isForced?: boolean },
): string {
  const claims = 'SELECT c.identifier, c.subject, c.kind, c.believed FROM declared_identifiers c';
  if (!decidesClaims(kind)) return `${claims} WHERE false`;
  if (among === 'all') return `${claims} WHERE c.believed IS NOT TRUE`;
  return [
    `${claims} JOIN differing f ON f.subject = c.subject WHERE c.believed IS NOT TRUE`,
    `${claims} JOIN differing f ON f.subject = c.identifier WHERE c.believed IS NOT TRUE`,
    ...(isForced ? [`${claims} WHERE NOT c.believed AND c.kind = '${kind}'`] : []),
  ].join(' UNION ');
}

const rowsOf = (column: string) =>
  practiceKinds.map((kind) => `(SELECT rows FROM ${describedTable(kind)} d WHERE d.subject = ${column})`);

const PAIRS = `
  SELECT identifier, subject, kind, ARRAY[${rowsOf('j.identifier')}] AS of_identifier,
    ARRAY[${rowsOf('j.subject')}] AS of_subject
  FROM judged j`;

function namesIn(records: readonly (string | null)[]) {
  return knownNames(
    practiceKinds.flatMap((kind, index) => parseRows<typeof kind>(kind, records[index] ?? '')),
  );
}

/** Who follows the register must look at these people again, although nothing that a file says of them changed. */
async function believeForced(client: PoolClient, kind: FileKind, version: string): Promise<void> {
  await client.query('UPDATE judged SET believed = true, forced = true WHERE NOT believed AND kind = $1', [
    kind,
  ]);
  await client.query(
    `INSERT INTO changes (version_id, subject, change, present, digest, rows, other_ids, contact)
     SELECT $1, subject, 'changed', present, digest, rows, other_ids, contact FROM ${describedTable(kind)}
     WHERE subject IN (SELECT subject FROM judged WHERE forced)
     ON CONFLICT DO NOTHING`,
    [version],
  );
}

/**
 * Before what a rollback leaves is judged: what the version that it undoes had believed by force is open again, and so is
 * what was judged by a record that it takes back.
 */
export async function reopenClaims(client: PoolClient, undone: string): Promise<void> {
  await client.query(
    `UPDATE declared_identifiers c SET believed = NULL, forced_by = NULL
     WHERE c.believed IS NOT NULL AND (c.forced_by = $1 OR NOT ${HAVE_RECORDS})`,
    [undone],
  );
}

/** Claims of other kinds of file that this version refused are told with the rows of theirs that were set aside. */
export async function recordRefusedOfOthers(client: PoolClient, kinds: readonly FileKind[]): Promise<void> {
  await client.query(
    `WITH refused AS (
       SELECT (SELECT max(id) FROM versions v WHERE v.kind = j.kind AND v.undoes IS NULL) AS version_id, j.subject
       FROM judged j WHERE NOT j.believed AND j.before IS DISTINCT FROM false AND j.kind = ANY ($1)
     ),
     recorded AS (
       INSERT INTO rejected_rows (version_id, reason, subject)
       SELECT version_id, 'identifier_of_other_names', subject FROM refused ORDER BY subject LIMIT ${MOST_KEPT_REJECTS}
     )
     UPDATE versions v SET counts = jsonb_set(counts, '{rejected}', to_jsonb((counts->>'rejected')::int + more.count))
     FROM (SELECT version_id, count(*)::int FROM refused GROUP BY version_id) AS more WHERE more.version_id = v.id`,
    [kinds],
  );
}
