import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { freePorts } from '#src/supervisor/ports.ts';
import { type DatastoreSettings, removeDatastores, startDatastores } from './datastores.ts';
import { startRedis } from './redis.ts';

let settings: DatastoreSettings;
beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'psc-datastores-'));
  const [postgresPort = 0, redisPort = 0] = await freePorts(2);
  settings = {
    directory,
    postgresPort,
    postgresPassword: 'of-postgres',
    redisPort,
    redisPassword: 'of-redis',
    durable: true,
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await removeDatastores(settings.directory);
  await rm(settings.directory, { recursive: true });
});

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query({ text, rowMode: 'array' }).finally(() => client.end());
  return rows.flat();
}

async function tell(url: string, ...command: [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  redis.on('error', () => undefined);
  try {
    return await redis.call(...command);
  } finally {
    redis.disconnect();
  }
}

describe('the datastores of the integration tests', () => {
  it('are a PostgreSQL in UTF-8, the same on every machine', async () => {
    expect(
      await ask(inject('postgresUrl'), "SELECT current_setting('server_encoding'), lower('É'), 'z' < 'é'"),
    ).toEqual(['UTF8', 'é', true]);
  });

  it('are a Redis that evicts nothing', async () => {
    expect(await tell(inject('redisUrl'), 'CONFIG', 'GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
  });
});

describe('datastores of our own', () => {
  it('keep what they were given when they stop, and make a database once', async () => {
    const first = await startDatastores(settings);
    expect([await first.postgres.ensureDatabase('a"b'), await first.postgres.ensureDatabase('a"b')]).toEqual([
      true,
      false,
    ]);
    await ask(first.postgres.url('a%22b'), 'CREATE TABLE kept AS SELECT 42 AS number');
    await tell(first.redis.url, 'SET', 'kept', '42');
    await first.stop();

    const second = await startDatastores(settings);
    expect(await ask(second.postgres.url('a%22b'), 'SELECT number FROM kept')).toEqual([42]);
    expect(await tell(second.redis.url, 'GET', 'kept')).toBe('42');
    await second.stop();
  });

  it('let nobody in without their password, and keep it from other users', async () => {
    const { postgres, redis, stop } = await startDatastores(settings);
    await expect(ask(postgres.url().replace('of-postgres', 'guess'), 'SELECT 1')).rejects.toThrowError(
      /password/,
    );
    await expect(tell(redis.url.replace(':of-redis@', ''), 'PING')).rejects.toThrowError(/NOAUTH/);
    expect((await stat(join(settings.directory, 'redis', 'redis.conf'))).mode & 0o077).toBe(0);
    await stop();
  });

  it('do not leave one behind when the other cannot start', async () => {
    const occupant = createServer().listen(settings.redisPort, '127.0.0.1');
    await expect(startDatastores(settings)).rejects.toThrowError(
      /^Redis ended with exit code 1\.\n.*in use/s,
    );
    occupant.close();
    await expect(
      ask(`postgres://psc:of-postgres@127.0.0.1:${settings.postgresPort}/postgres`, 'SELECT 1'),
    ).rejects.toThrowError(/ECONNREFUSED/);
  });

  it('are those of somebody else when their addresses are given: nothing is written here', async () => {
    const { postgres, redis, stop } = await startDatastores({
      ...settings,
      postgresUrl: inject('postgresUrl'),
      redisUrl: inject('redisUrl'),
    });
    expect(await postgres.ensureDatabase('postgres')).toBe(false);
    expect(await ask(postgres.url('template1'), 'SELECT current_database()')).toEqual(['template1']);
    await stop();
    expect(await tell(redis.url, 'PING')).toBe('PONG');
    expect(await readdir(settings.directory)).toEqual([]);
  });
});

it('says in one sentence that there is no Redis, and what to do', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  const place = {
    directory: settings.directory,
    port: 1,
    password: 'x',
    logFile: join(settings.directory, 'log'),
    durable: false,
  };
  await expect(startRedis(place)).rejects.toThrowError(
    'There is no Redis here (this is not a Debian; no container engine answers): install redis-server, or set REDIS_URL to the address of a server.',
  );
});
