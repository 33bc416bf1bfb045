import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startChild, untilReady } from '#src/supervisor/child.ts';
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
}

const START_TIMEOUT_MS = 30_000;

/** Starts a Redis of our own, on 127.0.0.1 only, set as production must be: nothing evicted, every write logged. */
export async function startRedis(place: RedisPlace): Promise<RedisServer> {
  const program = await provideRedis();
  await mkdir(place.directory, { recursive: true, mode: 0o700 });
  // In a file, not among the arguments: any user of the machine can read those.
  const settingsFile = join(place.directory, 'redis.conf');
  const settings = [
    'bind 127.0.0.1',
    `port ${place.port}`,
    'protected-mode yes',
    `requirepass ${place.password}`,
    'maxmemory-policy noeviction',
    `appendonly ${place.durable ? 'yes' : 'no'}`,
    'save ""',
  ];
  await writeFile(settingsFile, `${settings.join('\n')}\n`, { mode: 0o600 });
  const child = await startChild({
    name: 'Redis',
    command: program.command,
    args: [settingsFile],
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...program.env },
    cwd: place.directory,
    logFile: place.logFile,
  });
  const url = `redis://:${place.password}@127.0.0.1:${place.port}`;
  try {
    await untilReady(child, () => ping(url), START_TIMEOUT_MS);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { url, stop: () => child.stop() };
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

interface Program {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

async function provideRedis(): Promise<Program> {
  const command = await findOnPath(['redis-server', 'valkey-server']);
  if (command) return { command, env: {} };
  throw new Error(
    'There is no Redis on this machine: install redis-server, or set REDIS_URL to the address of a server.',
  );
}
