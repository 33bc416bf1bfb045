import type { Postgres, Seal } from '@psc/datastores';
import { type Accepted, accepted } from '@psc/kernel';
import type { PoolClient } from 'pg';
import type { ImportCounts } from '#src/domain/import-counts.ts';
import {
  checkDifferences,
  type ImportRefused,
  importRunning,
  nobodyInFile,
} from '#src/domain/import-refusal.ts';
import { type RollbackRefused, refuseRollback } from '#src/domain/rollback-refusal.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { OpenedExtract } from '#src/ports/extract.ts';
import type { Imported, ImportOptions, Register, RolledBack } from '#src/ports/register.ts';
import { alone, isBusy } from './alone.postgres.ts';
import {
  compareWithFile,
  compareWithNothing,
  compareWithVersion,
  findRefusedClaims,
  putTogether,
} from './compare.postgres.ts';
import { countDiffering, countImport, countMore, countPresent } from './count.postgres.ts';
import { compareContacts, findContactKeys } from './differing-contacts.postgres.ts';
import { announceMerged, rememberLeads } from './leads.postgres.ts';
import { forgetStaged, type Staged, stage } from './staging.postgres.ts';
import { describedTable, stagedTable } from './tables.postgres.ts';
import {
  announceContacts,
  announceFirstPresence,
  announcePresence,
  forgetOldChanges,
  KEPT_VERSIONS,
  recordRejected,
  recordVersion,
  writeDiffering,
  writeFirst,
} from './write-version.postgres.ts';

/**
 * Stages a file, then brings the register to what it says in one transaction: whoever looks a professional up meanwhile reads
 * the register of before, and a process that dies leaves it as it was. Only what differs is written.
 */
export function createPostgresRegister({ postgres, seal }: { postgres: Postgres; seal: Seal }): Register {
  return {
    async import(extract, options) {
      const imported = await alone(postgres, (client) => importExtract(client, seal, extract, options));
      return isBusy(imported) ? importRunning : imported;
    },

    async rollBack(kind, options) {
      const rolledBack = await alone(postgres, (client) =>
        inTransaction(client, () => undoLast(client, seal, kind, options)),
      );
      return isBusy(rolledBack) ? refuseRollback('import_running') : rolledBack;
    },
  };
}

async function importExtract(
  client: PoolClient,
  seal: Seal,
  extract: OpenedExtract,
  options: ImportOptions,
): Promise<Accepted<Imported> | ImportRefused> {
  const staged = await stage(client, seal, extract, options.onProgress ?? (() => undefined));
  if (!staged.ok) return staged;
  const applied = await inTransaction(client, () => apply(client, seal, extract, staged.value, options));
  if (!applied.ok && applied.refusal === 'nobody_in_file') await forgetStaged(client, extract.kind);
  return applied;
}

async function apply(
  client: PoolClient,
  seal: Seal,
  { kind, source }: OpenedExtract,
  staged: Staged,
  { operator, force, onProgress }: ImportOptions,
): Promise<Accepted<Imported> | ImportRefused> {
  onProgress?.({ step: 'compare' });
  for (const setting of MEMORY) await client.query(setting);
  await client.query(`ANALYZE ${stagedTable(kind)}`);
  await putTogether(client, kind);
  const { rowCount: isKnown } = await client.query(`SELECT FROM ${describedTable(kind)} LIMIT 1`);
  const isFirst = !isKnown;
  if (isFirst) await compareWithNothing(client);
  else await compareWithFile(client, kind);
  if (kind === 'pro_sante_connect') await compareContacts(client, seal);
  await findRefusedClaims(client, kind);
  const { known, ...counts } = await countImport(client, kind, staged, isFirst);
  if (counts.people === 0) return nobodyInFile;
  const refusal = checkDifferences({ known, ...counts });
  if (refusal && force === undefined) return refusal;

  onProgress?.({ step: 'write' });
  const { sha256 } = staged.mark;
  const version = await recordVersion(client, {
    kind,
    source,
    sha256,
    operator,
    startedAt: staged.startedAt,
    reason: refusal ? (force ?? null) : null,
    undoes: null,
    counts,
  });
  await rememberLeads(client, kind, isFirst);
  if (isFirst) {
    await announceFirstPresence(client, kind, version);
    await writeFirst(client, kind, version);
  } else await writeAndAnnounce(client, kind, version);
  await announceMerged(client, version);
  await recordRejected(client, kind, version);
  await forgetStaged(client, kind);
  await tellFollowers(client, version);
  return accepted({ version: Number(version), sha256, counts });
}

/** For the time of the transaction: comparing the whole country is one join. */
const MEMORY = [
  "SET LOCAL work_mem = '256MB'",
  "SET LOCAL maintenance_work_mem = '512MB'",
  'SET LOCAL jit = off',
];

async function writeAndAnnounce(client: PoolClient, kind: FileKind, version: string): Promise<void> {
  await announcePresence(client, kind, version);
  await announceContacts(client, version);
  await writeDiffering(client, kind, version);
  await forgetOldChanges(client, kind);
}

async function undoLast(
  client: PoolClient,
  seal: Seal,
  kind: FileKind,
  { operator, reason }: { readonly operator: string; readonly reason: string },
): Promise<Accepted<RolledBack> | RollbackRefused> {
  const found = await findLastVersions(client, kind);
  if (!found) return refuseRollback('nothing_to_undo');
  const { undone, restored } = found;
  if (undone.rank > KEPT_VERSIONS) return refuseRollback('version_forgotten');
  await compareWithVersion(client, kind, undone.id);
  if (kind === 'pro_sante_connect') {
    await findContactKeys(client, seal);
    await compareContacts(client, seal);
  }
  const people = (await countPresent(client, kind)) + (await countMore(client));
  const differences = await countDiffering(client);
  const counts: ImportCounts = { rows: 0, rejected: 0, people, ...differences, warnings: [] };
  const version = await recordVersion(client, {
    kind,
    source: restored.source,
    sha256: restored.sha256,
    operator,
    startedAt: new Date(),
    reason,
    undoes: undone.id,
    counts,
  });
  await rememberLeads(client, kind, false);
  await writeAndAnnounce(client, kind, version);
  await announceMerged(client, version);
  await tellFollowers(client, version);
  return accepted({ version: Number(version), undone: Number(undone.id), counts });
}

interface LastVersion {
  readonly id: string;
  readonly source: string;
  readonly sha256: string;
  /** 1 for the last version of the kind, whatever became of it. */
  readonly rank: number;
}

/** The last import that was not undone, and the one before it, which it is undone to. */
async function findLastVersions(
  client: PoolClient,
  kind: FileKind,
): Promise<{ undone: LastVersion; restored: LastVersion } | undefined> {
  const { rows } = await client.query<LastVersion>(
    `SELECT id, source, sha256, rank FROM (
       SELECT v.*, row_number() OVER (ORDER BY id DESC)::int AS rank FROM versions v WHERE kind = $1
     ) AS v
     WHERE undoes IS NULL AND NOT EXISTS (SELECT FROM versions u WHERE u.undoes = v.id)
     ORDER BY id DESC LIMIT 2`,
    [kind],
  );
  const [undone, restored] = rows;
  return undone && restored ? { undone, restored } : undefined;
}

async function tellFollowers(client: PoolClient, version: string): Promise<void> {
  await client.query("SELECT pg_notify('register', $1)", [version]);
}

/** Commits what is accepted; what is refused, or fails, leaves nothing. */
async function inTransaction<Result extends { readonly ok: boolean }>(
  client: PoolClient,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query(result.ok ? 'COMMIT' : 'ROLLBACK');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
