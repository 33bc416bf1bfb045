import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Seal } from '@psc/datastores';
import { type Accepted, accepted } from '@psc/kernel';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ImportRefused } from '#src/domain/import-refusal.ts';
import { addWarnings, type RejectedRow, type Warning } from '#src/domain/row-problems.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Batch, DescribedRun, Mark, OpenedExtract } from '#src/ports/extract.ts';
import type { Progress } from '#src/ports/register.ts';
import { contactDigest, contactKeys, sealContact } from './sealed-contact.ts';
import { stagedTable } from './tables.postgres.ts';

/** What was staged of a file. */
export interface Staged {
  readonly mark: Mark;
  readonly startedAt: Date;
  /** Rows of the file, good ones. */
  readonly rows: number;
  readonly warnings: readonly Warning[];
}

/** The runs of lines after `after` up to `to`. Where they lie in the staging table, PostgreSQL alone decides. */
export interface StagedChunk {
  readonly after: number;
  readonly to: number;
}

interface StageOptions {
  readonly onProgress: (progress: Progress) => void;
  /** Told of each chunk once it is committed, and of all that was staged before at once. */
  readonly onChunk: (chunk: StagedChunk) => void;
  /** What an import that is killed must read again, at most. */
  readonly chunkBytes: number;
}

/**
 * Copies what the file says to the staging tables of its kind, in transactions of their own, each with the mark of how far
 * it went. Goes on from the mark that an import of the same file left. Contacts are sealed on the way.
 */
export async function stage(
  client: PoolClient,
  seal: Seal,
  extract: OpenedExtract,
  options: StageOptions,
): Promise<Accepted<Staged> | ImportRefused> {
  // A chunk that is lost with the server's power is read again.
  await client.query('SET synchronous_commit = off');
  try {
    const before = await findStaged(client, extract.kind);
    if (before) {
      const { bytes, lines } = before.mark;
      const goOn = () => {
        options.onProgress({ step: 'go_on', bytes, lines });
        options.onChunk({ after: 0, to: lines });
      };
      const gone = await stageFrom(client, seal, extract, before, options, goOn);
      if (gone.ok || gone.refusal !== 'file_is_another') return gone;
    }
    await forgetStaged(client, extract.kind);
    const begun: Staged = { mark: BEGINNING, startedAt: new Date(), rows: 0, warnings: [] };
    return await stageFrom(client, seal, extract, begun, options);
  } finally {
    await client.query('RESET synchronous_commit').catch(() => undefined);
  }
}

const BEGINNING: Mark = { bytes: 0, lines: 0, sha256: '' };

async function stageFrom(
  client: PoolClient,
  seal: Seal,
  extract: OpenedExtract,
  begun: Staged,
  { onProgress, onChunk, chunkBytes }: StageOptions,
  onFirst: () => void = () => undefined,
): Promise<Accepted<Staged> | ImportRefused> {
  const { kind } = extract;
  const batches = extract.read(begun.mark.bytes > 0 ? begun.mark : undefined)[Symbol.asyncIterator]();
  const lineOf = createLineWriter(seal);
  let staged = begun;
  let refused: ImportRefused | undefined;
  let isOver = false;
  try {
    while (!isOver) {
      const rejected: RejectedRow[] = [];
      const chunk = async function* () {
        const end = staged.mark.bytes + chunkBytes;
        while (staged.mark.bytes < end) {
          const { value: next, done } = await batches.next();
          if (done || !next.ok) {
            isOver = true;
            if (!done && !next.ok) refused = next;
            return;
          }
          if (staged === begun) onFirst();
          const batch = next.value;
          staged = { ...staged, ...addBatch(staged, batch) };
          rejected.push(...batch.rejected);
          onProgress({ step: 'stage', bytes: staged.mark.bytes, rows: staged.rows });
          if (batch.described.length > 0) yield batch.described.map(lineOf).join('');
        }
      };
      const after = staged.mark.lines;
      await client.query('BEGIN');
      const copy = client.query(copyFrom(`COPY ${stagedTable(kind)} (${COLUMNS}) FROM STDIN`));
      await pipeline(Readable.from(chunk(), { objectMode: false }), copy);
      await writeRejected(client, kind, rejected);
      await writeMark(client, kind, staged);
      await client.query('COMMIT');
      if (staged.mark.lines > after) onChunk({ after, to: staged.mark.lines });
    }
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    await batches.return?.();
  }
  if (!refused) return accepted(staged);
  // Nothing of a bad file is kept; but what was read of the right file stays when another one is tried meanwhile.
  if (refused.refusal !== 'file_is_another') await forgetStaged(client, kind);
  return refused;
}

function addBatch({ rows, warnings }: Staged, batch: Batch): Pick<Staged, 'mark' | 'rows' | 'warnings'> {
  return {
    mark: batch.mark,
    rows: batch.described.reduce((sum, { count }) => sum + count, rows),
    warnings: batch.warnings.length > 0 ? addWarnings(warnings, batch.warnings) : warnings,
  };
}

const COLUMNS = 'line, subject, digest, rows, other_ids, contact, contact_digest, contact_keys';
const NULL = '\\N';

/** One line of the text format of COPY. */
function createLineWriter(seal: Seal): (run: DescribedRun) => string {
  return ({ line, subject, digest, rows, otherIds, contact }) => {
    // No quoting: an identifier has letters, digits and `/._-` only.
    const others = otherIds.length > 0 ? `{${otherIds.join(',')}}` : NULL;
    const told = `${line}\t${copied(subject)}\t${digest}\t${copied(rows)}\t${others}\t`;
    if (contact === undefined) return `${told}${NULL}\t0\t${NULL}\n`;
    const keys = contactKeys(seal, contact);
    const sealed = sealContact(seal, subject, contact);
    return `${told}${sealed}\t${contactDigest(keys, seal, contact)}\t${keys.join(' ')}\n`;
  };
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copied(value: string): string {
  return /[\\\t\n\r]/.test(value) ? value.replaceAll(/[\\\t\n\r]/g, (each) => ESCAPES[each] ?? each) : value;
}

async function writeRejected(
  client: PoolClient,
  kind: FileKind,
  rejected: readonly RejectedRow[],
): Promise<void> {
  if (rejected.length === 0) return;
  await client.query(
    `INSERT INTO staged_rejections (kind, line, reason, subject)
     SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[])`,
    [
      kind,
      rejected.map(({ line }) => line),
      rejected.map(({ reason }) => reason),
      rejected.map(({ subject }) => subject ?? null),
    ],
  );
}

async function writeMark(client: PoolClient, kind: FileKind, staged: Staged): Promise<void> {
  const { mark, startedAt, rows, warnings } = staged;
  await client.query(
    `INSERT INTO staging (kind, started_at, bytes, lines, sha256, rows, warnings)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (kind) DO UPDATE SET bytes = excluded.bytes, lines = excluded.lines, sha256 = excluded.sha256,
       rows = excluded.rows, warnings = excluded.warnings`,
    [kind, startedAt, mark.bytes, mark.lines, mark.sha256, rows, JSON.stringify(warnings)],
  );
}

interface StagingRow {
  readonly started_at: Date;
  readonly bytes: string;
  readonly lines: number;
  readonly sha256: string;
  readonly rows: number;
  readonly warnings: Warning[];
}

async function findStaged(client: PoolClient, kind: FileKind): Promise<Staged | undefined> {
  const { rows } = await client.query<StagingRow>('SELECT * FROM staging WHERE kind = $1', [kind]);
  const [row] = rows;
  if (!row || Number(row.bytes) === 0) return undefined;
  return {
    mark: { bytes: Number(row.bytes), lines: row.lines, sha256: row.sha256 },
    startedAt: row.started_at,
    rows: row.rows,
    warnings: row.warnings,
  };
}

/** In the transaction that is open, if any. */
export async function forgetStaged(client: PoolClient, kind: FileKind): Promise<void> {
  await client.query(
    `WITH rejections AS (DELETE FROM staged_rejections WHERE kind = $1) DELETE FROM staging WHERE kind = $1`,
    [kind],
  );
  await client.query(`TRUNCATE ${stagedTable(kind)}`);
}
