import { randomBytes } from 'node:crypto';
import {
  previousContactResponseSchema,
  queuePrefix,
  type RegisterEventJob,
  readRegisterEventsResponseSchema,
  registerEventQueue,
} from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import { createHttpServer, createLogger, createMetrics } from '@psc/runtime';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createPostgresContacts } from './adapters/contacts.postgres.ts';
import { createPostgresPeopleSearch } from './adapters/people-search.postgres.ts';
import { createPostgresProfessionals } from './adapters/professionals.postgres.ts';
import { createBullmqRegisterEventQueue } from './adapters/register-event-queue.bullmq.ts';
import { createPostgresRegisterEvents } from './adapters/register-events.postgres.ts';
import { contactName } from './adapters/sealed-contact.ts';
import { compose } from './compose.ts';
import { startRelay } from './start-relay.ts';
import { createServiceKeys } from './testing/identities.ts';
import { createForgetOldEvents } from './use-cases/forget-old-events.ts';
import { createRelayEvents } from './use-cases/relay-events.ts';

/** Real PostgreSQL and Redis; the events are written as an import writes them. */
const database = await openTestDatabase(new URL('../migrations/', import.meta.url));
const { postgres } = database;
const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
const events = createPostgresRegisterEvents({ postgres, seal });
// This file's own: the queue has one name.
const redisUrl = `${inject('redisUrl')}/8`;
const opened: (() => unknown)[] = [() => database.close()];
const started: (() => unknown)[] = [];
let queue: Queue<RegisterEventJob>;
let version = 0;

beforeAll(async () => {
  const redis = await openRedis(redisUrl, 'queue', () => undefined);
  opened.push(() => redis.disconnect());
  queue = new Queue(registerEventQueue, { connection: redis, prefix: queuePrefix });
  opened.push(() => queue.close());
  const { rows } = await postgres.query<{ id: number }>(
    `INSERT INTO versions (kind, source, sha256, operator, started_at, counts)
     VALUES ('pro_sante_connect', 'test', '', 'test', now(), '{}') RETURNING id::int`,
  );
  version = rows[0]?.id ?? 0;
});

afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

beforeEach(async () => {
  await queue.obliterate({ force: true });
  await postgres.query('DELETE FROM register_events');
  await postgres.query('DELETE FROM contact_reads');
  await postgres.query('DELETE FROM described_pro_sante_connect');
});

afterEach(async () => {
  for (const stop of started.splice(0).toReversed()) await stop();
});

const camille = '899700000013';
const sealed = (contact: { phone: string; mail: string }, subject = camille) =>
  seal.seal(contactName(subject), JSON.stringify(contact));

/** What an import does at its end. Answers the number of each. */
async function happen(
  ...what: readonly {
    type: string;
    subject?: string;
    previousId?: string;
    contact?: string;
    daysAgo?: number;
  }[]
): Promise<number[]> {
  return postgres.transaction(async (tx) => {
    const ids: number[] = [];
    for (const { type, subject = camille, previousId = null, contact = null, daysAgo = 0 } of what) {
      const { rows } = await tx.query<{ id: number }>(
        `INSERT INTO register_events (version_id, type, subject, previous_id, contact, at)
         VALUES ($1, $2, $3, $4, $5, now() - $6 * interval '1 day') RETURNING id::float8 AS id`,
        [version, type, subject, previousId, contact, daysAgo],
      );
      ids.push(rows[0]?.id ?? 0);
    }
    await tx.query(`SELECT pg_notify('register', '')`);
    return ids;
  });
}

const manyStruckOff = (count: number) => Array.from({ length: count }, () => ({ type: 'struck_off' }));
const waiting = async () =>
  (
    await postgres.query<{ count: number }>(
      'SELECT count(*)::int FROM register_events WHERE queued_at IS NULL',
    )
  ).rows[0]?.count;
const queued = async () => {
  const jobs = await queue.getJobs(['waiting', 'delayed']);
  return jobs
    .map(({ data: { target, first, last } }) => ({ target, first, last }))
    .toSorted((one, other) => one.target.localeCompare(other.target) || one.first - other.first);
};

async function start(url = redisUrl): Promise<void> {
  const closing: (() => unknown)[] = [];
  started.push(async () => {
    for (const close of closing.toReversed()) await close();
  });
  await startRelay({
    redisUrl: url,
    postgres,
    events,
    life: { onStop: (_what, close) => closing.push(close) },
    logger: createLogger({ service: 'rpps-directory', level: 'silent' }),
  });
}

describe('the relay', () => {
  it('hands on what it finds at its start, to each service that acts on it', async () => {
    const [first = 0, last = 0] = await happen({ type: 'struck_off' }, { type: 'reappeared' });
    await start();
    await expect.poll(waiting).toBe(0);
    expect(await queued()).toEqual([
      { target: 'auth-broker', first, last },
      { target: 'oidc-provider', first, last },
    ]);
  });

  it('hands on what an import brings as soon as it is committed', async () => {
    await happen({ type: 'struck_off' });
    await start();
    await expect.poll(waiting).toBe(0);
    // The timer is far slower than this test's time: it is the notification.
    const [id = 0] = await happen({ type: 'reappeared' });
    await expect.poll(waiting).toBe(0);
    expect(await queued()).toContainEqual({ target: 'oidc-provider', first: id, last: id });
  });

  it('writes nothing of a person in a job', async () => {
    const adeli = '0759999998';
    await happen({ type: 'merged', previousId: adeli }, { type: 'contact_changed', contact: 'k1.sealed' });
    await start();
    await expect.poll(waiting).toBe(0);
    const jobs = JSON.stringify(await queue.getJobs(['waiting']));
    expect(jobs).toContain('oidc-provider');
    expect(jobs).not.toMatch(/899700000013|0759999998|sealed/);
  });

  it('cuts a great import in runs that a job may name, each event in one of them', async () => {
    const ids = await happen(...manyStruckOff(450));
    await start();
    await expect.poll(waiting).toBe(0);
    const runs = (await queued()).filter(({ target }) => target === 'oidc-provider');
    const named: number[] = [];
    for (const run of runs) {
      const read = await events.read(run);
      if (read !== 'too_many') named.push(...read.map(({ id }) => id));
    }
    expect(runs).toHaveLength(3);
    expect(named).toEqual(ids);
  });

  it('of many replicas at once queues each run once', async () => {
    await happen(...manyStruckOff(450));
    const runs: number[] = [];
    const relay = createRelayEvents({
      events,
      queue: { add: async ({ first }) => void runs.push(first) },
    });
    while ((await waiting()) !== 0) await Promise.all([relay(), relay(), relay(), relay()]);
    expect(runs).toHaveLength(3);
    expect(new Set(runs).size).toBe(3);
  });

  it('that dies before it remembers loses nothing: the run is queued again, and is one job', async () => {
    const [id = 0] = await happen({ type: 'struck_off' });
    const bullmq = createBullmqRegisterEventQueue(queue);
    const dying = createRelayEvents({
      events,
      queue: {
        async add(run) {
          await bullmq.add(run);
          throw new Error('the process is gone');
        },
      },
    });
    await expect(dying()).rejects.toThrow('the process is gone');
    expect(await waiting()).toBe(1);
    await createRelayEvents({ events, queue: bullmq })();
    expect(await waiting()).toBe(0);
    expect(await queued()).toEqual([
      { target: 'auth-broker', first: id, last: id },
      { target: 'oidc-provider', first: id, last: id },
    ]);
  });

  it('forgets old events, and contacts sooner, but no event that nobody was told of', async () => {
    const contact = sealed({ phone: '+33639980001', mail: '' });
    const changed = { type: 'contact_changed', contact };
    const [untold = 0, , recent = 0, fresh = 0] = await happen(
      { ...changed, daysAgo: 91 },
      { ...changed, daysAgo: 91 },
      { ...changed, daysAgo: 9 },
      { ...changed, daysAgo: 7 },
    );
    await postgres.query('UPDATE register_events SET queued_at = now() WHERE id <> $1', [untold]);
    expect(await createForgetOldEvents({ events, clock: Date.now })()).toBe(1);
    const { rows } = await postgres.query(
      'SELECT id::float8 AS id, contact FROM register_events ORDER BY id',
    );
    expect(rows).toEqual([
      { id: untold, contact: null },
      { id: recent, contact: null },
      { id: fresh, contact },
    ]);
  });
});

describe('the routes of events', async () => {
  const { identityOf } = await createServiceKeys([
    'rpps-directory',
    'oidc-provider',
    'auth-broker',
    'notification-worker',
  ]);
  const app = createHttpServer({
    logger: createLogger({ service: 'rpps-directory', level: 'silent' }),
    metrics: createMetrics('rpps-directory'),
    isReady: async () => true,
    trustedProxies: [],
  });
  opened.push(() => app.close());
  const professionals = createPostgresProfessionals({ postgres });
  const contacts = createPostgresContacts({ postgres, seal });
  const identity = await identityOf('rpps-directory');
  const search = createPostgresPeopleSearch({ postgres });
  await compose(app, { professionals, contacts, search, events, identity });

  const ask = async (caller: string, what: string, body: object) => {
    const authorization = `Bearer ${await (await identityOf(caller)).tokenFor('rpps-directory')}`;
    const url = `/internal/register-events/${what}`;
    return app.inject({ method: 'POST', url, headers: { authorization }, payload: body });
  };
  const readPrevious = async (id: number) => {
    const response = await ask('auth-broker', 'previous-contact', { id });
    expect(response.statusCode).toBe(200);
    return previousContactResponseSchema.parse(response.json()).contact;
  };
  const contactReads = async () =>
    (await postgres.query('SELECT reader, national_id, found FROM contact_reads ORDER BY id')).rows;
  const describeContact = (contact: { phone: string; mail: string }, present = true) =>
    postgres.query(
      `INSERT INTO described_pro_sante_connect (subject, present, version_id, digest, rows, contact)
       VALUES ($1, $2, $3, 0, '', $4)`,
      [camille, present, version, sealed(contact)],
    );

  it.each(['oidc-provider', 'auth-broker'])('tell %s what happened, in order', async (caller) => {
    const [first = 0, last = 0] = await happen(
      { type: 'struck_off' },
      { type: 'merged', previousId: '0759999998' },
    );
    const response = await ask(caller, 'read', { first, last });
    expect(response.headers['cache-control']).toBe('no-store');
    expect(readRegisterEventsResponseSchema.parse(response.json()).events).toEqual([
      { id: first, type: 'struck_off', nationalId: camille, previousId: '', at: expect.any(Number) },
      { id: last, type: 'merged', nationalId: camille, previousId: '0759999998', at: expect.any(Number) },
    ]);
    expect(Math.abs(response.json().events[0].at - Date.now() / 1000)).toBeLessThan(60);
  });

  it('answer nothing for events that are forgotten, and refuse more than a job may name', async () => {
    expect((await ask('auth-broker', 'read', { first: 1, last: 2 })).json()).toEqual({ events: [] });
    const ids = await happen(...manyStruckOff(201));
    const response = await ask('auth-broker', 'read', { first: ids[0], last: ids.at(-1) });
    expect(response.statusCode).toBe(400);
  });

  it('answer no other service, and nobody without a token', async () => {
    const [id = 0] = await happen({ type: 'contact_changed', contact: sealed({ phone: '+33', mail: '' }) });
    const run = { first: id, last: id };
    expect((await ask('notification-worker', 'read', run)).statusCode).toBe(403);
    expect((await ask('oidc-provider', 'previous-contact', { id })).statusCode).toBe(403);
    expect((await ask('oidc-provider', 'contact-announced', { id })).statusCode).toBe(403);
    for (const what of ['read', 'previous-contact', 'contact-announced']) {
      const url = `/internal/register-events/${what}`;
      expect((await app.inject({ method: 'POST', url, payload: { ...run, id } })).statusCode).toBe(401);
    }
    const { rows } = await postgres.query('SELECT contact FROM register_events');
    expect(rows[0]?.contact).not.toBeNull();
    expect(await contactReads()).toEqual([]);
  });

  it.each(['read', 'previous-contact', 'contact-announced'])(
    'refuse a body of another shape: %s',
    async (what) => {
      for (const body of [{}, { id: '1' }, { id: 0 }, { first: 1 }, { first: 1.5, last: 2 }, { id: 2 ** 60 }])
        expect((await ask('auth-broker', what, body)).statusCode).toBe(400);
    },
  );

  it('tell the contact of before with what changed of it, and record who asked', async () => {
    const before = { phone: '+33639980001', mail: 'camille@sante.example' };
    const [id = 0] = await happen({ type: 'contact_changed', contact: sealed(before) });
    await describeContact({ ...before, phone: '+33639980002' });
    expect(await readPrevious(id)).toEqual({ ...before, changed: ['phone'] });
    expect(await contactReads()).toEqual([{ reader: 'auth-broker', national_id: camille, found: true }]);
  });

  it('say that all of it changed when the register has no contact any more', async () => {
    const before = { phone: '+33639980001', mail: 'camille@sante.example' };
    const [id = 0] = await happen({ type: 'contact_changed', contact: sealed(before) });
    expect(await readPrevious(id)).toEqual({ ...before, changed: ['phone', 'mail'] });
  });

  it('say that a telephone was added, and nothing of what came back, or was no contact', async () => {
    const before = { phone: '', mail: 'camille@sante.example' };
    const [added = 0] = await happen({ type: 'contact_changed', contact: sealed(before) });
    const [unchanged = 0, other = 0] = await happen(
      { type: 'contact_changed', contact: sealed(before) },
      { type: 'struck_off' },
    );
    await describeContact({ ...before, phone: '+33639980002' });
    expect(await readPrevious(added)).toEqual({ ...before, changed: ['phone'] });
    await postgres.query('DELETE FROM described_pro_sante_connect WHERE subject = $1', [camille]);
    await describeContact(before);
    expect(await readPrevious(unchanged)).toBeNull();
    expect(await readPrevious(other)).toBeNull();
    expect(await readPrevious(2 ** 40)).toBeNull();
  });

  it('say nothing of a contact whose key is not configured any more', async () => {
    const former = createSeal(`k0:${randomBytes(32).toString('base64')}`);
    const contact = former.seal(contactName(camille), JSON.stringify({ phone: '+33639980001', mail: '' }));
    const [id = 0] = await happen({ type: 'contact_changed', contact });
    expect(await readPrevious(id)).toBeNull();
  });

  it('erase the contact of before once it was announced, and say nothing of it from then on', async () => {
    const contact = sealed({ phone: '+33639980001', mail: '' });
    const [id = 0, another = 0] = await happen(
      { type: 'contact_changed', contact },
      { type: 'contact_changed', contact },
    );
    for (let i = 0; i < 2; i++)
      expect((await ask('auth-broker', 'contact-announced', { id })).json()).toEqual({ done: true });
    expect(await readPrevious(id)).toBeNull();
    expect(await readPrevious(another)).toMatchObject({ phone: '+33639980001' });
    expect(await contactReads()).toMatchObject([{ found: false }, { found: true }]);
  });
});
