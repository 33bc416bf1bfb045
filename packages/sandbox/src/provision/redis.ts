import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { type OnDeath, startChild, untilReady } from '#src/supervisor/child.ts';
import { installProgram } from './debian-packages.ts';
import { findOnPath } from './programs.ts';

export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface RedisPlace {
  /** Where the server keeps its files; made on first use. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
  readonly logFile: string;
  /** False: nothing is written to disk. For tests. */
  readonly durable: boolean;
  /** Hears of the server's end although nobody asked. */
  readonly onDeath?: OnDeath | undefined;
}

const run = promisify(execFile);

const PORT_IN_CONTAINER = 6379;
const START_TIMEOUT_MS = 30_000;
/** The first start of a container downloads its image. */
const PULL_TIMEOUT_MS = 300_000;

/** Starts a Redis of our own, on 127.0.0.1 only, set as production must be: nothing evicted, every write logged. */
export async function startRedis(place: RedisPlace): Promise<RedisServer> {
  const program = await provideRedis();
  const contained = program.kind === 'container';
  await mkdir(place.directory, { recursive: true, mode: 0o700 });
  // In a file, not among the arguments: any user of the machine can read those.
  const settingsFile = join(place.directory, 'redis.conf');
  const settings = [
    // In a container, the engine forwards a port of 127.0.0.1 only.
    contained ? 'bind 0.0.0.0' : 'bind 127.0.0.1',
    `port ${contained ? PORT_IN_CONTAINER : place.port}`,
    'protected-mode yes',
    `requirepass ${place.password}`,
    'maxmemory-policy noeviction',
    `appendonly ${place.durable ? 'yes' : 'no'}`,
    'save ""',
  ];
  await writeFile(settingsFile, `${settings.join('\n')}\n`, { mode: 0o600 });
  const child = await startChild({
    name: 'Redis',
    command: contained ? program.engine : program.command,
    args: contained ? containerArguments(place, settingsFile) : [settingsFile],
    env: { ...process.env, LC_ALL: 'C' },
    cwd: place.directory,
    logFile: place.logFile,
  });
  const url = `redis://:${place.password}@127.0.0.1:${place.port}`;
  try {
    await untilReady(child, () => ping(url), contained ? PULL_TIMEOUT_MS : START_TIMEOUT_MS);
  } catch (error) {
    await child.stop();
    throw error;
  }
  if (place.onDeath) child.onDeath(place.onDeath);
  return { url, stop: () => child.stop() };
}

/** In the foreground: the engine's client forwards our SIGTERM, and the container goes with its end. */
function containerArguments(place: RedisPlace, settingsFile: string): string[] {
  return [
    ...['run', '--rm', '--user', `${process.getuid?.()}:${process.getgid?.()}`],
    ...['--publish', `127.0.0.1:${place.port}:${PORT_IN_CONTAINER}`],
    ...['--volume', `${place.directory}:${place.directory}`, '--workdir', place.directory],
    ...[process.env.REDIS_IMAGE ?? 'redis:8', 'redis-server', settingsFile],
  ];
}

/** A server that somebody else runs. */
export async function existingRedis(url: string): Promise<RedisServer> {
  await ping(url);
  return { url, stop: async () => undefined };
}

async function ping(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3_000,
    commandTimeout: 3_000,
    retryStrategy: () => null,
  });
  // Its failures also reject the calls below.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

type Program =
  | { readonly kind: 'program'; readonly command: string }
  | { readonly kind: 'container'; readonly engine: string };

/** What this machine has, else what it can get: the first that works of PATH, Debian's package, a container. */
async function provideRedis(): Promise<Program> {
  const found = await findOnPath(['redis-server', 'valkey-server']);
  if (found) return { kind: 'program', command: found };
  const installed = await installProgram({
    package: 'redis-server',
    names: ['redis-server'],
    file: 'usr/bin/redis-server',
  });
  if (installed.ok) return { kind: 'program', command: installed.value };
  const engine = await findEngine();
  if (engine) return { kind: 'container', engine };
  throw new Error(
    `There is no Redis here (${installed.refusal}; no container engine answers): install redis-server, or set REDIS_URL to the address of a server.`,
  );
}

/** A container engine that answers. */
async function findEngine(): Promise<string | undefined> {
  for (const name of ['docker', 'podman']) {
    const engine = await findOnPath([name]);
    if (!engine) continue;
    const answers = await run(engine, ['info'], { timeout: 5_000 }).then(
      () => true,
      () => false,
    );
    if (answers) return engine;
  }
  return undefined;
}
