import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { Unavailable } from '@psc/kernel';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  onTestFinished,
} from 'vitest';
import { type BreakableCable, layCable } from './breakable-cable.ts';
import { openPostgres, type Postgres } from './postgres.ts';

const database = `test_${randomBytes(8).toString('hex')}`;
const losses: Error[] = [];
let admin: Postgres;
let cable: BreakableCable;
let postgres: Postgres;

const onError = (error: Error) => losses.push(error);

beforeAll(async () => {
  admin = openPostgres({ url: inject('postgresUrl'), poolSize: 2, onError });
  await admin.query(`CREATE DATABASE ${database}`);
});

afterAll(async () => {
  await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await admin.close();
});

beforeEach(async () => {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  cable = await layCable(url.href);
  postgres = openPostgres({ url: cable.url, poolSize: 2, statementTimeoutMs: 500, onError });
  await postgres.query('DROP TABLE IF EXISTS thing');
  await postgres.query('CREATE TABLE thing (name text PRIMARY KEY)');
  losses.length = 0;
});

afterEach(async () => {
  cable.mend();
  await postgres.close();
  await cable.close();
});

const insert = 'INSERT INTO thing (name) VALUES ($1)';

async function names(): Promise<string[]> {
  const { rows } = await postgres.query<{ name: string }>('SELECT name FROM thing ORDER BY name');
  return rows.map((row) => row.name);
}

const unavailable = { name: 'Unavailable', code: 'postgresql_unavailable', cause: expect.any(Error) };

describe('a transaction', () => {
  it('keeps everything when its work succeeds, and answers what the work answered', async () => {
    const answer = await postgres.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      await tx.query(insert, ['b']);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await names()).toEqual(['a', 'b']);
  });

  it('keeps nothing when its work throws, and throws the same', async () => {
    const reason = new Error('changed our mind');
    const work = postgres.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      throw reason;
    });
    await expect(work).rejects.toBe(reason);
    expect(await names()).toEqual([]);
  });

  it('keeps nothing when a statement fails, even when the work goes on', async () => {
    const work = postgres.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      await tx.query(insert, ['a']).catch(() => undefined);
      await tx.query(insert, ['b']);
    });
    await expect(work).rejects.toThrow(/aborted/);
    expect(await names()).toEqual([]);
  });

  it('is not seen by others before its end', async () => {
    await postgres.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      expect(await names()).toEqual([]);
    });
    expect(await names()).toEqual(['a']);
  });

  it('gives its connection back, however it ends', async () => {
    for (let round = 0; round < 5; round++) {
      await postgres.transaction(async () => undefined);
      await expect(postgres.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    await Promise.all([postgres.query('SELECT 1'), postgres.query('SELECT 1')]);
  });

  it('whose connection is lost says Unavailable, keeps nothing, and the process lives on', async () => {
    const work = postgres.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.query(insert, ['b']);
    });
    await expect(work).rejects.toMatchObject(unavailable);
    expect(await names()).toEqual([]);
  });

  it('whose connection is lost between two statements says Unavailable as well', async () => {
    const work = postgres.transaction(async (tx) => {
      await tx.query(insert, ['a']);
      cable.cut();
      while (losses.length === 0) await new Promise(setImmediate);
      cable.mend();
    });
    await expect(work).rejects.toMatchObject(unavailable);
    expect(await names()).toEqual([]);
  });
});

describe('a statement', () => {
  it('gets its values as parameters, never as text', async () => {
    const name = "'); DROP TABLE thing; --";
    await postgres.query(insert, [name]);
    expect(await names()).toEqual([name]);
  });

  it('that has a name is planned once, where it is asked for', async () => {
    const plansOf = async (planOnce: boolean) => {
      const asking = openPostgres({ url: cable.url, poolSize: 1, planOnce, onError });
      onTestFinished(() => asking.close());
      // A plan for one value seems cheaper than one for any number of them.
      for (let i = 0; i < 10; i++)
        await asking.query('SELECT name FROM thing WHERE name = ANY ($1)', [['one']], 'find things');
      const { rows } = await asking.query<{ generic_plans: string; custom_plans: string }>(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'find things'",
      );
      return rows;
    };
    await postgres.query("INSERT INTO thing SELECT 'thing ' || i FROM generate_series(1, 10000) AS i");
    await postgres.query('ANALYZE thing');
    expect(await plansOf(true)).toEqual([{ generic_plans: '10', custom_plans: '0' }]);
    expect(await plansOf(false)).toEqual([{ generic_plans: '0', custom_plans: '10' }]);
  });

  it('that breaks a rule of the database says so, without the values of the row', async () => {
    await postgres.query(insert, ['899700000001']);
    const error = await postgres.query(insert, ['899700000001']).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: '23505', constraint: 'thing_pkey' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('899700000001');
  });

  it('that we cannot even send is our mistake, not an outage', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await expect(postgres.query(insert, [circular])).rejects.toBeInstanceOf(TypeError);
  });

  it('that takes too long is stopped, and says Unavailable', async () => {
    await expect(postgres.query('SELECT pg_sleep(5)')).rejects.toMatchObject(unavailable);
    expect(await names()).toEqual([]);
  });

  it('that two transactions deadlock on says Unavailable to one of them', async () => {
    await postgres.query('INSERT INTO thing (name) VALUES ($1), ($2)', ['a', 'b']);
    const patient = openPostgres({ url: cable.url, poolSize: 2, onError });
    let started = 0;
    const swap = (first: string, second: string) =>
      patient.transaction(async (tx) => {
        await tx.query('SELECT 1 FROM thing WHERE name = $1 FOR UPDATE', [first]);
        started += 1;
        while (started < 2) await new Promise(setImmediate);
        await tx.query('SELECT 1 FROM thing WHERE name = $1 FOR UPDATE', [second]);
      });
    const outcomes = await Promise.allSettled([swap('a', 'b'), swap('b', 'a')]);
    await patient.close();
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: unavailable });
  });
});

describe('an outage of PostgreSQL', () => {
  it('is a server that only reads since a failover, which changes nothing, and is over with it', async () => {
    const role = `test_${randomBytes(8).toString('hex')}`;
    const only = (setting: 'on' | 'off') =>
      admin.query(`ALTER ROLE ${role} SET default_transaction_read_only = ${setting}`);
    await admin.query(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'x'`);
    const url = new URL(cable.url);
    [url.username, url.password] = [role, 'x'];
    const failedOver = openPostgres({ url: url.href, poolSize: 1, onError });
    try {
      await only('on');
      await expect(failedOver.query(insert, ['a'])).rejects.toMatchObject({
        ...unavailable,
        cause: expect.objectContaining({ code: '25006' }),
      });
      const work = failedOver.transaction((tx) => tx.query(insert, ['a']));
      await expect(work).rejects.toMatchObject(unavailable);
      expect(await names()).toEqual([]);
      await only('off');
      // On a new connection: the one that only reads was not kept.
      await failedOver.query(insert, ['a']);
      expect(await names()).toEqual(['a']);
    } finally {
      await failedOver.close();
      await admin.query(`DROP ROLE ${role}`);
    }
  });

  it('is a database that takes no connections, or is not there while it is restored', async () => {
    const other = `test_${randomBytes(8).toString('hex')}`;
    const url = new URL(cable.url);
    url.pathname = `/${other}`;
    const restored = openPostgres({ url: url.href, poolSize: 1, onError });
    try {
      for (const [step, code] of [
        ['SELECT 1', '3D000'],
        [`CREATE DATABASE ${other} ALLOW_CONNECTIONS false`, '55000'],
      ] as const) {
        await admin.query(step);
        const outage = { ...unavailable, cause: expect.objectContaining({ code }) };
        await expect(restored.query('SELECT 1')).rejects.toMatchObject(outage);
        await expect(restored.transaction(async () => undefined)).rejects.toMatchObject(outage);
      }
      await admin.query(`ALTER DATABASE ${other} ALLOW_CONNECTIONS true`);
      await restored.query('SELECT 1');
    } finally {
      await restored.close();
      await admin.query(`DROP DATABASE ${other} WITH (FORCE)`);
    }
  });

  it('is a lock that somebody else holds for longer than we wait', async () => {
    await postgres.query(insert, ['a']);
    await postgres.transaction(async (tx) => {
      await tx.query('SELECT FROM thing FOR UPDATE');
      const waits = postgres.transaction(async (other) => {
        await other.query("SET LOCAL lock_timeout = '10ms'");
        await other.query('SELECT FROM thing FOR UPDATE');
      });
      const outage = { ...unavailable, cause: expect.objectContaining({ code: '55P03' }) };
      await expect(waits).rejects.toMatchObject(outage);
    });
  });

  it('says Unavailable while it lasts, and is over when it is over', async () => {
    cable.cut();
    await expect(postgres.query('SELECT 1')).rejects.toMatchObject(unavailable);
    await expect(postgres.transaction(async () => undefined)).rejects.toMatchObject(unavailable);
    await expect(postgres.connect()).rejects.toMatchObject(unavailable);
    cable.mend();
    expect(await names()).toEqual([]);
  });

  it('says Unavailable when the server no longer answers', async () => {
    cable.mute();
    await expect(postgres.query('SELECT 1')).rejects.toBeInstanceOf(Unavailable);
  });

  it('says Unavailable to who waits too long for a free connection', async () => {
    const held = await Promise.all([postgres.connect(), postgres.connect()]);
    await expect(postgres.query('SELECT 1')).rejects.toMatchObject(unavailable);
    for (const client of held) client.release();
  });
});
