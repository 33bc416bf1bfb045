import type { Postgres, Seal } from '@psc/datastores';
import { type Accepted, accepted, Bug } from '@psc/kernel';
import type { PoolClient } from 'pg';
import type { ImportCounts } from '#src/domain/import-counts.ts';
import {
  checkClaims,
  checkDifferences,
  type ImportRefused,
  importRunning,
  nobodyInFile,
} from '#src/domain/import-refusal.ts';
import { type RollbackRefused, refuseRollback } from '#src/domain/rollback-refusal.ts';
import { declaringKinds, type FileKind } from '#src/domain/stored-rows.ts';
import type { OpenedExtract } from '#src/ports/extract.ts';
import type { Imported, ImportOptions, Register, RolledBack } from '#src/ports/register.ts';
import { alone, isBusy } from './alone.postgres.ts';
import { compareWithFile, compareWithVersion, putTogether } from './compare.postgres.ts';
import {
  countDiffering,
  countFirst,
  countMore,
  countNext,
  countPresent,
  countStaged,
} from './count.postgres.ts';
import { compareContacts, findContactKeys } from './differing-contacts.postgres.ts';
import {
  announceFirstPresence,
  beginFirstVersion,
  countForPlanner,
  takeBack,
  writeWhole,
} from './first-version.postgres.ts';
import { judgeClaims, recordRefusedOfOthers, reopenClaims } from './judge-claims.postgres.ts';
import { announceLeads, rememberFirstLeads, rememberLeads } from './leads.postgres.ts';
import { findRefusedClaims } from './refused-claims.postgres.ts';
import { forgetStaged, type Staged, type StagedChunk, stage } from './staging.postgres.ts';
import { describedTable, stagedTable } from './tables.postgres.ts';
import {
  announceContacts,
  announcePresence,
  forgetOldChanges,
  KEPT_VERSIONS,
  nextVersion,
  recordRejected,
  recordVersion,
  writeDiffering,
} from './write-version.postgres.ts';

const CHUNK_BYTES = 64 * 1024 * 1024;

/**
 * Stages a file, then brings the register to what it says in one transaction: whoever looks a professional up meanwhile reads
 * the register of before, and a process that dies leaves it as it was. Only what differs is written.
 */
export function createPostgresRegister({
  postgres,
  seal,
  chunkBytes = CHUNK_BYTES,
}: {
  readonly postgres: Postgres;
  readonly seal: Seal;
  /** Of the file: what an import that is killed must read again, at most. */
  readonly chunkBytes?: number;
}): Register {
  return {
    async import(extract, options) {
      const imported = await alone(postgres, 'import', (client) =>
        alone(postgres, 'staging', async (stager) => {
          const onProgress = options.onProgress ?? (() => undefined);
          const stageFile = (onChunk: (chunk: StagedChunk) => void) =>
            stage(stager, seal, extract, { onProgress, onChunk, chunkBytes });
          const done = await importFile({ client, stageFile, seal, extract, options });
          // What holds nobody will hold nobody when it is tried again.
          if (!done.ok && done.refusal === 'nobody_in_file') await forgetStaged(stager, extract.kind);
          return done;
        }),
      );
      return isBusy(imported) ? importRunning : imported;
    },

    async rollBack(kind, options) {
      const rolledBack = await alone(postgres, 'import', (client) =>
        inTransaction(client, () => undoLast(client, seal, kind, options)),
      );
      return isBusy(rolledBack) ? refuseRollback('import_running') : rolledBack;
    },
  };
}

interface Import {
  readonly client: PoolClient;
  /** Stages the file, in transactions of its own. */
  readonly stageFile: (onChunk: (chunk: StagedChunk) => void) => ReturnType<typeof stage>;
  readonly seal: Seal;
  readonly extract: OpenedExtract;
  readonly options: ImportOptions;
}

async function importFile(work: Import): Promise<Accepted<Imported> | ImportRefused> {
  const { client, extract } = work;
  const { rowCount: isKnown } = await client.query(`SELECT FROM ${describedTable(extract.kind)} LIMIT 1`);
  if (!isKnown) return inTransaction(client, () => importFirst(work));
  const staged = await work.stageFile(() => undefined);
  if (!staged.ok) return staged;
  return inTransaction(client, () => importNext(work, staged.value));
}

/** The first file of its kind: it changes nobody, and its rows go to their place while it is read. */
async function importFirst(work: Import): Promise<Accepted<Imported> | ImportRefused> {
  const { client, extract, options } = work;
  const { kind } = extract;
  for (const setting of MEMORY) await client.query(setting);
  const id = await nextVersion(client);
  const first = await beginFirstVersion(client, kind, id);
  const staged = await work.stageFile(first.add);
  let people = await first.end();
  if (!staged.ok) return staged;
  options.onProgress?.({ step: 'write' });
  if (people === undefined) {
    await takeBack(client);
    await putTogether(client, kind, stagedTable(kind));
    people = await writeWhole(client, kind, id);
  }
  if (people === 0) return nobodyInFile;
  if (people !== (await countStaged(client, kind)))
    throw new Bug('import_not_whole', 'what is staged did not all come to its place');
  const counts = await countFirst(client, kind, staged.value, people);
  await rememberFirstLeads(client, kind);
  await announceFirstPresence(client, kind, id);
  await countForPlanner(client, kind);
  return finishImport(work, id, staged.value, { counts, among: 'all', isForced: false });
}

async function importNext(work: Import, staged: Staged): Promise<Accepted<Imported> | ImportRefused> {
  const { client, seal, extract, options } = work;
  const { kind } = extract;
  options.onProgress?.({ step: 'compare' });
  for (const setting of MEMORY) await client.query(setting);
  await client.query(`ANALYZE ${stagedTable(kind)}`);
  const { rowCount: holdsSomebody } = await client.query(`SELECT FROM ${stagedTable(kind)} LIMIT 1`);
  if (!holdsSomebody) return nobodyInFile;
  await compareWithFile(client, kind);
  if (kind === 'pro_sante_connect') await compareContacts(client, seal);
  const { known, unreadable, ...counts } = await countNext(client, kind, staged);
  const refusal = checkDifferences({ known, unreadable, ...counts });
  if (refusal && options.force === undefined) return refusal;

  options.onProgress?.({ step: 'write' });
  const id = await nextVersion(client);
  await rememberLeads(client);
  await writeAndAnnounce(client, kind, id);
  return finishImport(work, id, staged, { counts, among: 'changed', isForced: refusal !== undefined });
}

/** Decides whose the identifiers are that are declared, now that all that the file says is written, and records the version. */
async function finishImport(
  { client, extract, options }: Import,
  id: string,
  { mark: { sha256 }, startedAt }: Staged,
  done: {
    readonly counts: Omit<ImportCounts, 'refusedClaims'>;
    readonly among: 'changed' | 'all';
    /** Did the operator's reason lift another guard already? */
    readonly isForced: boolean;
  },
): Promise<Accepted<Imported> | ImportRefused> {
  const { kind, source } = extract;
  const { operator, force } = options;
  const refusedClaims = await judgeClaims(client, kind, {
    version: id,
    among: done.among,
    isForced: force !== undefined,
  });
  const claims = await findRefusedClaims(client, kind);
  const refusal = checkClaims({ rows: done.counts.rows, ...claims });
  if (refusal) return refusal;
  const counts: ImportCounts = {
    ...done.counts,
    rejected: done.counts.rejected + claims.refused,
    refusedClaims,
    warnings: claims.forced ? [...done.counts.warnings, claims.forced] : done.counts.warnings,
  };
  const reason = done.isForced || claims.forced ? (force ?? null) : null;
  await recordVersion(client, {
    id,
    kind,
    source,
    sha256,
    operator,
    startedAt,
    reason,
    undoes: null,
    counts,
  });
  await forgetOldChanges(client, kind);
  await announceLeads(client, id);
  await recordRejected(client, kind, id);
  await recordRefusedOfOthers(
    client,
    declaringKinds.filter((each) => each !== kind),
  );
  await forgetStaged(client, kind);
  await tellFollowers(client, id);
  return accepted({ version: Number(id), sha256, counts });
}

/** For the time of the transaction: comparing the whole country is one join. */
const MEMORY = ["SET LOCAL work_mem = '256MB'", 'SET LOCAL jit = off'];

async function writeAndAnnounce(client: PoolClient, kind: FileKind, version: string): Promise<void> {
  await announcePresence(client, kind, version);
  await announceContacts(client, version);
  await writeDiffering(client, kind, version);
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
  const version = await nextVersion(client);
  await rememberLeads(client);
  await writeAndAnnounce(client, kind, version);
  await reopenClaims(client, undone.id);
  const refusedClaims = await judgeClaims(client, kind, { version, among: 'all' });
  const counts: ImportCounts = {
    rows: 0,
    rejected: 0,
    refusedClaims,
    people,
    ...differences,
    warnings: [],
  };
  await recordVersion(client, {
    id: version,
    kind,
    source: restored.source,
    sha256: restored.sha256,
    operator,
    startedAt: new Date(),
    reason,
    undoes: undone.id,
    counts,
  });
  await forgetOldChanges(client, kind);
  await announceLeads(client, version);
  await recordRefusedOfOthers(client, declaringKinds);
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
