import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { createLogger } from '@psc/runtime';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPostgresRegister } from './adapters/register.postgres.ts';
import { startListing } from './start-listing.ts';
import { emptyRegister } from './testing/empty-register.ts';
import { extract, practice, run } from './testing/extracts.ts';

const { postgres, url, close } = await openTestDatabase(new URL('../migrations/', import.meta.url));
const register = createPostgresRegister({
  postgres,
  seal: createSeal(`k1:${randomBytes(32).toString('base64')}`),
});
const started: (() => Promise<unknown>)[] = [];
const errors: unknown[] = [];

beforeEach(async () => {
  await emptyRegister(postgres);
  await postgres.query('TRUNCATE listed_people, listed_words, register_followers, changes');
  await postgres.query('TRUNCATE published_roles, published_structures');
  errors.length = 0;
});
afterEach(async () => {
  for (const stop of started.splice(0)) await stop();
});
afterAll(close);

/** A thread takes a moment to begin, and PostgreSQL one to see that it is gone. */
const poll = <Value>(read: () => Value) => expect.poll(read, { timeout: 20_000 });

/** As one replica of the service does. Answers how to stop it. */
function start(): () => Promise<unknown> {
  const closing: (() => unknown)[] = [];
  const logger = createLogger({ service: 'rpps-directory', level: 'silent' });
  vi.spyOn(logger, 'error').mockImplementation((fields: unknown) => void errors.push(fields));
  startListing({
    postgres,
    databaseUrl: url,
    names: ['people', 'places'],
    life: { onStop: (_what, stop) => closing.push(stop) },
    logger,
  });
  const stop = async () => {
    for (const each of closing.splice(0)) await each();
  };
  started.push(stop);
  return stop;
}

const somebody = (at: number, nomDexercice: string) =>
  run(`8997${String(at).padStart(8, '0')}`, {
    rows: [practice({ nomDexercice, prenomDexercice: 'Anne', identifiantTechniqueDeLaStructure: `R${at}` })],
  });
const imports = (...names: string[]) =>
  register.import(
    extract(
      'personne_activite',
      names.map((name, at) => somebody(at, name)),
    ),
    {
      operator: 'test',
      force: 'a small file',
    },
  );
const listed = async () => {
  const { rows } = await postgres.query<{ name: string }>(
    'SELECT family_key AS name FROM listed_people WHERE active ORDER BY national_id',
  );
  return rows.map(({ name }) => name);
};
const places = async () =>
  (await postgres.query('SELECT FROM published_structures WHERE active')).rowCount ?? 0;
/** Sessions of the threads: this file has no other one that makes a table. */
const rebuilding = async () =>
  (
    await postgres.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND wait_event_type = 'Lock' AND query ~ 'next_listed_people'`,
    )
  ).rowCount;

/** Makes whoever rebuilds the list wait, as long as `work` runs, before anything of it can be seen. */
async function holdingUp<Result>(work: () => Promise<Result>): Promise<Result> {
  const client = await postgres.connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE listed_people IN ACCESS EXCLUSIVE MODE');
    return await work();
  } finally {
    client.release(true);
  }
}

describe('the lists', () => {
  it('are made at the start, and follow each import', async () => {
    await imports('MARTIN', 'EVE');
    start();
    await poll(listed).toEqual(['martin', 'eve']);
    await poll(places).toBe(2);
    // The timer is far slower than this test's time: it is the notification.
    await imports('MARTIN', 'ADAM');
    await poll(listed).toEqual(['martin', 'adam']);
    expect(errors).toEqual([]);
  });

  it('that fail are told, keep no other list waiting, and are tried again', async () => {
    await imports('MARTIN');
    await postgres.query('ALTER TABLE listed_words RENAME TO elsewhere');
    start();
    await poll(() => errors).toEqual([{ err: expect.objectContaining({ code: '42P01' }) }]);
    expect(await places()).toBe(1);
    expect(await listed()).toEqual([]);
    await postgres.query('ALTER TABLE elsewhere RENAME TO listed_words');
    await postgres.query("SELECT pg_notify('register', '')");
    await poll(listed).toEqual(['martin']);
  });

  it('are given up at once by a replica that stops, and made by another one', async () => {
    await imports('MARTIN');
    await holdingUp(async () => {
      const stop = start();
      await poll(rebuilding).toBe(1);
      await stop();
      // Still held up: its session ended in the middle of the statement.
      await poll(rebuilding).toBe(0);
    });
    expect(await listed()).toEqual([]);
    start();
    await poll(listed).toEqual(['martin']);
    expect(errors).toEqual([]);
  });

  it('are made by one replica at a time', async () => {
    await imports('MARTIN');
    const stops = await holdingUp(async () => {
      const both = [start(), start()];
      await poll(rebuilding).toBe(1);
      // Whoever came second is done: the list is the other's.
      await poll(places).toBe(1);
      expect(await rebuilding()).toBe(1);
      return both;
    });
    await poll(listed).toEqual(['martin']);
    await Promise.all(stops.map((stop) => stop()));
    expect(errors).toEqual([]);
  });
});
