import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { openPostgres, type Postgres } from '@psc/datastores';
import { type PostgresServer, removePostgres, startPostgres } from '@psc/sandbox/provision/postgres.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { from as copyFrom } from 'pg-copy-streams';
import { makeOwnFolder } from '../setup/own-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const COLUMNS = 57;
const HALF_HOUR_MS = 1_800_000;
/** How long the statistics of a session that ended may take to be seen. */
const STATISTICS_MS = 2_000;

export interface ImportFigures {
  readonly name: string;
  readonly seconds: number;
  /** The largest resident memory of the importer. */
  readonly residentMb?: number;
  /** Rows of tables that keep, inserted, updated or deleted. */
  readonly written?: number;
  readonly counts?: Readonly<Record<string, number>>;
}

export interface RelationSize {
  readonly relation: string;
  readonly mb: number;
}

/**
 * The register of the whole country, imported from nothing and then a day later, beside a bare COPY of the same file into a
 * table without index: on one durable PostgreSQL with its default settings.
 */
export async function measureImport(settings: {
  readonly rows: number;
  readonly seed: number;
}): Promise<{ bytes: number; figures: readonly ImportFigures[]; sizes: readonly RelationSize[] }> {
  const { directory, forget } = await makeOwnFolder('psc-load');
  let server: PostgresServer | undefined;
  try {
    const [dayOne, dayTwo] = [join(directory, 'day-1.txt'), join(directory, 'day-2.txt')];
    const { rows, seed } = settings;
    for (const [day, out] of [dayOne, dayTwo].entries())
      await run('packages/extracts/src/main.ts', [
        ...['--kind', 'personne-activite', '--rows', String(rows), '--seed', String(seed)],
        ...['--day', String(day + 1), '--out', out],
      ]);
    const [port = 0] = await freePorts(1);
    server = await startPostgres({
      directory: join(directory, 'postgres'),
      port,
      password: randomBytes(16).toString('hex'),
      logFile: join(directory, 'postgres.log'),
      durable: true,
    });
    await server.ensureDatabase('rpps_directory');
    const figures = await measureOn(server.url('rpps_directory'), dayOne, dayTwo);
    return { bytes: (await stat(dayOne)).size, ...figures };
  } finally {
    await server?.stop();
    await removePostgres(join(directory, 'postgres'));
    await forget();
  }
}

async function measureOn(url: string, dayOne: string, dayTwo: string) {
  const env = {
    DATABASE_URL: url,
    CONTACT_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  };
  await run('services/rpps-directory/src/migrate.ts', [], env);
  const postgres = openPostgres({
    url,
    poolSize: 1,
    statementTimeoutMs: HALF_HOUR_MS,
    onError: () => undefined,
  });
  try {
    const figures = [
      { name: 'bare COPY', seconds: await bareCopy(postgres, dayOne) },
      await importFile('import from nothing', postgres, dayOne, env),
      await importFile('import of the next day', postgres, dayTwo, env),
      await importFile('the same file again', postgres, dayTwo, env),
    ];
    return { figures, sizes: await sizesOf(postgres) };
  } finally {
    await postgres.close();
  }
}

async function bareCopy(postgres: Postgres, file: string): Promise<number> {
  const columns = Array.from({ length: COLUMNS }, (_, i) => `c${i} text`);
  await postgres.query(`CREATE TABLE bare (${columns.join(', ')})`);
  const client = await postgres.connect();
  try {
    const begun = performance.now();
    // A quote or a backslash is a character like another: as CSV whose quotes never come.
    const copy = copyFrom(
      "COPY bare FROM STDIN (FORMAT csv, DELIMITER '|', QUOTE E'\\b', ESCAPE E'\\b', HEADER true)",
    );
    await pipeline(createReadStream(file, { highWaterMark: 262_144 }), client.query(copy));
    return (performance.now() - begun) / 1000;
  } finally {
    client.release();
    await postgres.query('DROP TABLE bare');
    await postgres.query('CHECKPOINT');
  }
}

async function importFile(
  name: string,
  postgres: Postgres,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<ImportFigures> {
  const before = await rowsWritten(postgres);
  const begun = performance.now();
  const { out, residentMb } = await run('services/rpps-directory/src/directory.ts', ['import', file], env);
  const seconds = (performance.now() - begun) / 1000;
  await new Promise((resolve) => setTimeout(resolve, STATISTICS_MS));
  const written = (await rowsWritten(postgres)) - before;
  const { rows, people, created, changed, lost, returned } = JSON.parse(out);
  return { name, seconds, residentMb, written, counts: { rows, people, created, changed, lost, returned } };
}

async function rowsWritten(postgres: Postgres): Promise<number> {
  const { rows } = await postgres.query<{ written: string }>(
    `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) AS written FROM pg_stat_user_tables
     WHERE relname !~ '^(staged_|staging$|bare$)'`,
  );
  return Number(rows[0]?.written ?? 0);
}

async function sizesOf(postgres: Postgres): Promise<RelationSize[]> {
  const { rows } = await postgres.query<RelationSize>(
    `SELECT relname AS relation, round(pg_relation_size(oid) / 1e6)::int AS mb FROM pg_class
     WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 1e6
     ORDER BY mb DESC`,
  );
  return rows;
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ out: string; residentMb: number }> {
  const child = spawn(process.execPath, [join(root, program), ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const memory = watchMemory(child);
  const [code] = await once(child, 'close');
  const residentMb = memory();
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${err}`);
  return { out, residentMb };
}

/** The high-water mark that Linux keeps, as long as the process is there. */
function watchMemory({ pid }: ChildProcess): () => number {
  let kilobytes = 0;
  const timer = setInterval(() => {
    try {
      const [, now = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      kilobytes = Math.max(kilobytes, Number(now));
    } catch {
      // It is over.
    }
  }, 50);
  return () => {
    clearInterval(timer);
    return Math.round(kilobytes / 1024);
  };
}
