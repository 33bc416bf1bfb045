import { randomBytes } from 'node:crypto';
import { createSeal, openPostgres, type Postgres } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, expect, inject, it } from 'vitest';
import { createPostgresRegister } from './adapters/register.postgres.ts';
import { createPostgresRegisterEvents } from './adapters/register-events.postgres.ts';
import { extract, lambda, martin, run } from './testing/extracts.ts';

const onError = () => undefined;
const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
const admin = openPostgres({ url: inject('postgresUrl'), poolSize: 1, onError });
const database = await openTestDatabase(new URL('../migrations/', import.meta.url));
const backup = `test_${randomBytes(8).toString('hex')}`;
const restored = openPostgres({
  url: Object.assign(new URL(database.url), { pathname: backup }).href,
  poolSize: 10,
  onError,
});

afterAll(async () => {
  await restored.close();
  await admin.query(`DROP DATABASE IF EXISTS ${backup} WITH (FORCE)`);
  await admin.close();
  await database.close();
});

const imports = (postgres: Postgres, ...people: readonly string[]) =>
  createPostgresRegister({ postgres, seal }).import(
    extract(
      'pro_sante_connect',
      people.map((each) => run(each)),
    ),
    { operator: 'test', force: 'a small file' },
  );

/** The numbers of the runs that the relay queues, and what happened in them. */
async function relayed(postgres: Postgres) {
  const events = createPostgresRegisterEvents({ postgres, seal });
  const queued: { id: number; type: string; nationalId: string }[] = [];
  while (
    (await events.relay(async (run) => {
      const read = await events.read(run);
      if (read !== 'too_many') queued.push(...read);
    })) === 'queued'
  );
  return queued;
}

it('A database restored from a backup gives its events numbers that no service has heard of', async () => {
  const { postgres } = database;
  await imports(postgres, lambda, martin);
  await imports(postgres, martin);
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
    new URL(database.url).pathname.slice(1),
  ]);
  // As it is on disk at this moment.
  await admin.query(`CREATE DATABASE ${backup} TEMPLATE ${new URL(database.url).pathname.slice(1)}`);

  // Lost with the server: others acted on it, and remember its number.
  await imports(postgres, lambda, martin);
  await imports(postgres, lambda);
  const heard = await relayed(postgres);
  expect(heard.map(({ type, nationalId }) => [type, nationalId])).toEqual([
    ['struck_off', lambda],
    ['reappeared', lambda],
    ['struck_off', martin],
  ]);

  await imports(restored, lambda, martin);
  const [again, ...since] = await relayed(restored);
  // What was not queued when the backup was made is queued again, under the number that it had.
  expect(again).toEqual(heard[0]);
  expect(since).toMatchObject([{ type: 'reappeared', nationalId: lambda }]);
  for (const { id } of since) expect(id).toBeGreaterThan(Math.max(...heard.map((each) => each.id)));
});
