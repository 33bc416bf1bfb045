import type { PoolClient } from 'pg';
import { declaringKinds, type FileKind } from '#src/domain/stored-rows.ts';
import type { StagedChunk } from './staging.postgres.ts';
import { describedTable, isAdeli, stagedTable } from './tables.postgres.ts';
import { hasContacts, otherPractice } from './write-version.postgres.ts';

const EVERYTHING: StagedChunk = { after: 0, to: 2_147_483_647 };
const UNIQUE_VIOLATION = '23505';

/**
 * Writes the first version of a kind, in the transaction that is open: there is nothing to compare with, so that what is staged
 * goes to its place while the rest of the file is read. Nobody sees it before the end of the transaction.
 */
export interface FirstVersion {
  add(chunk: StagedChunk): void;
  /** How many subjects there are; undefined when the file describes one in two places: begin again by `writeWhole`. */
  end(): Promise<number | undefined>;
}

export async function beginFirstVersion(
  client: PoolClient,
  kind: FileKind,
  version: string,
): Promise<FirstVersion> {
  await client.query('SAVEPOINT nothing_written');
  let people = 0;
  let waiting: StagedChunk | undefined;
  let running: Promise<void> | undefined;
  let failed: unknown;

  /** Chunks that come while one is written are written at once: each reads the whole staging table. */
  async function writeWaiting(): Promise<void> {
    while (waiting && failed === undefined) {
      const chunk = waiting;
      waiting = undefined;
      try {
        people += await write(client, kind, version, chunk);
      } catch (error) {
        // Told at the end.
        failed = error;
      }
    }
    running = undefined;
  }

  return {
    add({ after, to }) {
      waiting = { after: waiting?.after ?? after, to };
      running ??= writeWaiting();
    },
    async end() {
      await running;
      if (isRepeated(failed)) return undefined;
      if (failed !== undefined) throw failed;
      return people;
    },
  };
}

/** Takes back what was written by chunks, and writes all that is staged, where each subject is once by now. */
export async function writeWhole(client: PoolClient, kind: FileKind, version: string): Promise<number> {
  return write(client, kind, version, EVERYTHING);
}

export async function takeBack(client: PoolClient): Promise<void> {
  await client.query('ROLLBACK TO SAVEPOINT nothing_written');
}

function isRepeated(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
}

async function write(
  client: PoolClient,
  kind: FileKind,
  version: string,
  { after, to }: StagedChunk,
): Promise<number> {
  const chunk = `(SELECT * FROM ${stagedTable(kind)} WHERE line > ${after} AND line <= ${to}) AS chunk`;
  const { rowCount } = await client.query(
    `INSERT INTO ${describedTable(kind)} (subject, present, version_id, digest, rows, other_ids, contact)
     SELECT subject, true, $1, digest # contact_digest, rows, other_ids, contact FROM ${chunk}`,
    [version],
  );
  if (declaringKinds.includes(kind))
    await client.query(
      `INSERT INTO declared_identifiers (identifier, subject, kind)
       SELECT DISTINCT identifier, subject, '${kind}' FROM ${chunk}, unnest(other_ids) AS identifier`,
    );
  if (hasContacts(kind))
    await client.query(
      `INSERT INTO contact_keys (key, subject)
       SELECT DISTINCT key, subject FROM ${chunk}, string_to_table(contact_keys, ' ') AS key WHERE key <> ''`,
    );
  return rowCount ?? 0;
}

/**
 * Until autovacuum came by, the planner would believe the tables nearly empty, and read all of them to answer for one
 * person.
 */
export async function countForPlanner(client: PoolClient, kind: FileKind): Promise<void> {
  await client.query(`ANALYZE ${describedTable(kind)}, declared_identifiers, contact_keys`);
}

/** Who left the other kind of file on practice is back with the first version of this one. */
export async function announceFirstPresence(
  client: PoolClient,
  kind: FileKind,
  version: string,
): Promise<void> {
  const other = otherPractice(kind);
  if (!other) return;
  await client.query(
    `INSERT INTO register_events (version_id, type, subject)
     SELECT $1, 'reappeared', o.subject FROM ${describedTable(other)} o
       JOIN ${stagedTable(kind)} s ON s.subject = o.subject
     WHERE NOT o.present AND NOT ${isAdeli('o.subject')} ORDER BY o.subject`,
    [version],
  );
}
