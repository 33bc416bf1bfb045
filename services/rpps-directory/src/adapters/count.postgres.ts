import type { PoolClient } from 'pg';
import type { ImportCounts } from '#src/domain/import-counts.ts';
import { isTooMany } from '#src/domain/import-refusal.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Staged } from './staging.postgres.ts';
import { describedTable, isAdeli, stagedTable } from './tables.postgres.ts';

/** What the first import of a kind does. What becomes of the other identifiers that it declares is counted apart. */
export async function countFirst(
  client: PoolClient,
  kind: FileKind,
  staged: Staged,
  people: number,
): Promise<Differences & FileCounts> {
  const nobody = { changed: 0, lost: 0, returned: 0 };
  return { ...(await countFile(client, kind, staged)), people, created: people, ...nobody };
}

/** The same for a later one: what it would do, and how many people of its kind are known before, ADELI numbers apart. */
export async function countNext(
  client: PoolClient,
  kind: FileKind,
  staged: Staged,
): Promise<Differences & FileCounts & { known: number; unreadable: number }> {
  const { rows } = await client.query<{ known: number; present: number }>(
    `SELECT (count(*) FILTER (WHERE NOT ${isAdeli('subject')}))::int AS known, count(*)::int AS present
     FROM ${describedTable(kind)} WHERE present`,
  );
  const { known = 0, present = 0 } = rows[0] ?? {};
  const file = await countFile(client, kind, staged);
  return {
    known,
    // Counted when there may be too many only: it reads all that is staged.
    unreadable: isTooMany(file.rejected, known) ? await countUnreadable(client, kind) : 0,
    ...file,
    people: present + (await countMore(client)),
    ...(await countDiffering(client)),
  };
}

/** Whom the file shows by bad rows alone: they stay as they were. */
function countUnreadable(client: PoolClient, kind: FileKind): Promise<number> {
  return countRows(
    client,
    `SELECT count(DISTINCT r.subject) FROM staged_rejections r JOIN ${describedTable(kind)} d ON d.subject = r.subject
     WHERE r.kind = '${kind}' AND d.present AND NOT ${isAdeli('d.subject')}
       AND NOT EXISTS (SELECT FROM ${stagedTable(kind)} s WHERE s.subject = r.subject)`,
  );
}

type FileCounts = Pick<ImportCounts, 'rows' | 'rejected' | 'people' | 'warnings'>;

async function countFile(client: PoolClient, kind: FileKind, { rows, warnings }: Staged) {
  const rejected = await countRows(client, `SELECT count(*) FROM staged_rejections WHERE kind = '${kind}'`);
  return { rows: rows + rejected, rejected, warnings };
}

/** Whom the last file of the kind shows. */
export function countPresent(client: PoolClient, kind: FileKind): Promise<number> {
  return countRows(client, `SELECT count(*) FROM ${describedTable(kind)} WHERE present`);
}

export function countStaged(client: PoolClient, kind: FileKind): Promise<number> {
  return countRows(client, `SELECT count(*) FROM ${stagedTable(kind)}`);
}

/** How many more people there will be than before: fewer, below 0. */
export function countMore(client: PoolClient): Promise<number> {
  return countRows(
    client,
    'SELECT count(*) FILTER (WHERE present) - count(*) FILTER (WHERE old_present) AS count FROM differing',
  );
}

type Differences = Pick<ImportCounts, 'created' | 'changed' | 'lost' | 'returned'>;

export async function countDiffering(client: PoolClient): Promise<Differences> {
  const { rows } = await client.query<Differences>(`
    SELECT count(*) FILTER (WHERE change = 'created')::int AS created,
      count(*) FILTER (WHERE change = 'changed')::int AS changed,
      count(*) FILTER (WHERE change = 'left' AND NOT ${isAdeli('subject')})::int AS lost,
      count(*) FILTER (WHERE change = 'returned')::int AS returned
    FROM differing`);
  const [counted] = rows;
  if (!counted) throw new TypeError('what is counted has one row');
  return counted;
}

async function countRows(client: PoolClient, query: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(query);
  return Number(rows[0]?.count ?? 0);
}
