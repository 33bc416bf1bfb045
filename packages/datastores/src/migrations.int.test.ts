import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { layCable } from './breakable-cable.ts';
import { migrate } from './migrations.ts';
import { openPostgres, type Postgres } from './postgres.ts';

let database: string;
let databaseUrl: string;
let admin: Postgres;
let postgres: Postgres;
let directory: string;
let folder: URL;

beforeEach(async () => {
  database = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  databaseUrl = url.href;
  admin = openPostgres({ url: inject('postgresUrl'), poolSize: 1, onError: () => undefined });
  await admin.query(`CREATE DATABASE ${database}`);
  postgres = openPostgres({ url: databaseUrl, poolSize: 1, onError: () => undefined });
  directory = await mkdtemp(join(tmpdir(), 'migrations-'));
  folder = pathToFileURL(`${directory}/`);
  await file('0001_things.sql', 'CREATE TABLE thing (name text PRIMARY KEY);');
  await file('0002_first-thing.sql', "INSERT INTO thing (name) VALUES ('first');");
});

afterEach(async () => {
  await postgres.close();
  await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await admin.close();
  await rm(directory, { recursive: true });
});

function file(name: string, sql: string): Promise<void> {
  return writeFile(join(directory, name), sql);
}

async function things(): Promise<number> {
  const { rows } = await postgres.query<{ count: number }>('SELECT count(*)::int AS count FROM thing');
  return rows[0]?.count ?? 0;
}

describe('migrations', () => {
  it('run in order, and answer which ones ran', async () => {
    expect(await migrate(databaseUrl, folder)).toEqual(['0001_things', '0002_first-thing']);
    expect(await things()).toBe(1);
  });

  it('run once: later, only the new ones do', async () => {
    await migrate(databaseUrl, folder);
    expect(await migrate(databaseUrl, folder)).toEqual([]);
    await file('0003_second-thing.sql', "INSERT INTO thing (name) VALUES ('second');");
    expect(await migrate(databaseUrl, folder)).toEqual(['0003_second-thing']);
    expect(await things()).toBe(2);
  });

  it('run once when several replicas start together: the others wait', async () => {
    await file('0003_slow.sql', 'SELECT pg_sleep(0.3);');
    const done = await Promise.all(Array.from({ length: 4 }, () => migrate(databaseUrl, folder)));
    expect(done.map((names) => names.length).sort()).toEqual([0, 0, 0, 3]);
    expect(await things()).toBe(1);
  });

  it('keep nothing of the one that fails, and go on from there once it is mended', async () => {
    await file(
      '0003_half-wrong.sql',
      "INSERT INTO thing (name) VALUES ('second'); INSERT INTO nothing VALUES (1);",
    );
    await expect(migrate(databaseUrl, folder)).rejects.toThrow(/nothing/);
    expect(await things()).toBe(1);
    await file('0003_half-wrong.sql', "INSERT INTO thing (name) VALUES ('second');");
    expect(await migrate(databaseUrl, folder)).toEqual(['0003_half-wrong']);
    expect(await things()).toBe(2);
  });

  it('say Unavailable when PostgreSQL is not there', async () => {
    const cable = await layCable(databaseUrl);
    cable.cut();
    await expect(migrate(cable.url, folder)).rejects.toMatchObject({
      name: 'Unavailable',
      code: 'postgresql_unavailable',
    });
    await cable.close();
  });
});
