import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  type MessageJob,
  messageJobId,
  messageJobOptions,
  messageQueue,
  type PreparedMessage,
  queuePrefix,
} from '@psc/contracts';
import { openRedis } from '@psc/datastores';
import {
  continueTrace,
  createServiceIdentity,
  currentTraceparent,
  requireCaller,
  startTelemetry,
} from '@psc/runtime';
import { type ReceivedSms, startSmsGateway } from '@psc/sandbox/message-services/start-sms-gateway.ts';
import { type ReceivedMail, startSmtpServer } from '@psc/sandbox/message-services/start-smtp-server.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { createAuthority } from '@psc/test-pki';
import { openTestDatabase, type TestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import webPush from 'web-push';
import { createPostgresMessageDeliveries } from '#src/adapters/message-deliveries.postgres.ts';
import { generateServiceKey } from '#src/testing/service-keys.ts';
import { type StartedWorker, startWorker } from '#src/testing/start-worker.ts';

/** Real Redis, PostgreSQL, service identities, SMTP server and SMS gateway over TLS. auth-broker is its two routes. */
const opened: (() => unknown)[] = [];
let env: Record<string, string>;
let redis: Redis;
let queue: Queue<MessageJob>;
let database: TestDatabase;
const workers: StartedWorker[] = [];

/** What auth-broker owes, and what it was told. */
const owed = new Map<string, PreparedMessage>();
let settled: { id: string; outcome: unknown }[] = [];
let prepared: { id: string; traceparent: string }[] = [];
let brokerHears = true;

let mails: ReceivedMail[] = [];
let texts: ReceivedSms[] = [];
let onMail: () => unknown = () => undefined;
let smtpObstacle: () => number | undefined = () => undefined;
let gatewayObstacle: () => { status: number; retryAfter?: string } | undefined = () => undefined;

beforeAll(async () => {
  opened.push((await startTelemetry({ service: 'test', ratio: 1 })).stop);
  const [brokerPort = 0, smtpPort = 0, smsPort = 0, port = 0] = await freePorts(4);
  const keys = { broker: generateServiceKey('broker'), worker: generateServiceKey('worker') };
  const trust = {
    'auth-broker': [keys.broker.publicHalf],
    'notification-worker': [keys.worker.publicHalf],
  };
  const authority = createAuthority({ subject: [{ CN: 'test authority' }] });
  const server = authority.issue({
    subject: [{ CN: 'localhost' }],
    names: ['127.0.0.1'],
    usages: ['serverAuth'],
  });
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  opened.push(() => database.close());
  const vapid = webPush.generateVAPIDKeys();
  env = {
    PORT: String(port),
    LOG_LEVEL: 'trace',
    SERVICE_KEY: JSON.stringify(keys.worker.privateKey),
    SERVICE_TRUST: JSON.stringify(trust),
    DATABASE_URL: database.url,
    // This file's own: the queue has one name.
    REDIS_URL: `${inject('redisUrl')}/4`,
    APPROVAL_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    AUTH_BROKER_URL: `http://localhost:${brokerPort}`,
    OIDC_PROVIDER_URL: 'http://localhost:1',
    VAPID_SUBJECT: 'mailto:ops@example.test',
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    WORKER_SILENCE_SECONDS: '1',
    SMTP_URL: `smtps://psc:the-password-of-mail@127.0.0.1:${smtpPort}`,
    MAIL_FROM: 'Pro Santé Connect <ne-pas-repondre@psc.example>',
    SMS_GATEWAY_URL: `https://127.0.0.1:${smsPort}/messages`,
    SMS_GATEWAY_TOKEN: 'the-token-of-the-gateway',
    MESSAGES_CA: authority.certificate,
  };
  redis = await openRedis(env.REDIS_URL ?? '', 'queue', () => undefined);
  opened.push(() => redis.disconnect());
  queue = new Queue(messageQueue, { connection: redis, prefix: queuePrefix });
  opened.push(() => queue.close());

  const smtp = await startSmtpServer({
    port: smtpPort,
    server,
    tls: 'first',
    user: { name: 'psc', password: 'the-password-of-mail' },
    receive(mail) {
      mails.push(mail);
      return onMail();
    },
    obstacle: () => smtpObstacle(),
    onError: () => undefined,
  });
  opened.push(smtp.close);
  const gateway = await startSmsGateway({
    port: smsPort,
    server,
    token: 'the-token-of-the-gateway',
    receive: (sms) => texts.push(sms),
    obstacle: () => gatewayObstacle(),
  });
  opened.push(gateway.close);

  const identity = await createServiceIdentity({
    name: 'auth-broker',
    key: keys.broker.privateKey,
    trust,
    clock: Date.now,
  });
  const only = { preHandler: requireCaller(identity, ['notification-worker']) };
  const broker = fastify();
  broker.post<{ Params: { id: string } }>(
    '/internal/messages/:id',
    only,
    async ({ params, headers }, reply) => {
      prepared.push({ id: params.id, traceparent: String(headers.traceparent) });
      return owed.get(params.id) ?? reply.code(404).send({});
    },
  );
  broker.post<{ Params: { id: string }; Body: { outcome: unknown } }>(
    '/internal/messages/:id/outcome',
    only,
    async ({ params, body }, reply) => {
      if (!brokerHears) return reply.code(503).send({});
      settled.push({ id: params.id, outcome: body.outcome });
      if (body.outcome === 'sent') owed.delete(params.id);
      return { noted: true };
    },
  );
  await broker.listen({ host: 'localhost', port: brokerPort });
  opened.push(() => broker.close());
});

afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

beforeEach(() => {
  onMail = () => undefined;
  smtpObstacle = () => undefined;
  gatewayObstacle = () => undefined;
  brokerHears = true;
  [mails, texts, settled, prepared] = [[], [], [], []];
  owed.clear();
});

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  await queue.obliterate({ force: true });
});

async function start(change: Record<string, string> = {}): Promise<StartedWorker> {
  const worker = await startWorker({ ...env, ...change });
  workers.push(worker);
  return worker;
}

/** The worker without some of its settings. */
function startWithout(...names: string[]) {
  return start(Object.fromEntries(names.map((name) => [name, ''])));
}

const anEmail = {
  channel: 'email',
  kind: 'contact-changed',
  to: 'camille.dupont@cabinet.example',
  subject: 'Votre numéro de téléphone a été modifié',
  text: 'Bonjour,\n\nLe numéro de téléphone a été modifié.',
} as const;
const anSms = {
  channel: 'sms',
  kind: 'contact-changed',
  to: '+33639981234',
  text: 'Pro Santé Connect : votre numéro a été modifié.',
} as const;

/** auth-broker owes a message, and queued it. */
async function owe(message: PreparedMessage, traceparent = ''): Promise<string> {
  const id = randomUUID();
  owed.set(id, message);
  await enqueue(id, traceparent);
  return id;
}

function enqueue(messageId: string, traceparent = '') {
  const job = { messageId, traceparent };
  return queue.add('message', job, { ...messageJobOptions, jobId: messageJobId(job) });
}

const ended = (id: string, state: 'completed' | 'failed' | 'delayed') =>
  expect.poll(async () => (await queue.getJob(id))?.getState(), { timeout: 10_000 }).toBe(state);

/** Lets the next attempt of a postponed message come now. */
async function hasten(id: string) {
  await ended(id, 'delayed');
  await (await queue.getJob(id))?.promote();
}

const deliveryOf = (id: string) => createPostgresMessageDeliveries(database.postgres).find(id);

function command(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const program = new URL('../dead-letters.ts', import.meta.url).pathname;
  const options = { env: { REDIS_URL: env.REDIS_URL ?? '' }, timeout: 20_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

describe('the worker that sends messages', () => {
  it('sends the e-mail that auth-broker prepares, once, records it and says so, in the trace of its cause', async () => {
    let traceparent = '';
    await continueTrace('', 'import', async () => {
      traceparent = currentTraceparent();
    });
    const worker = await start();
    const id = await owe(anEmail, traceparent);
    await ended(id, 'completed');

    const { to, subject, text } = anEmail;
    expect(mails).toMatchObject([{ to, subject, text, from: 'ne-pas-repondre@psc.example' }]);
    expect(prepared).toEqual([{ id, traceparent: expect.stringContaining(traceparent.slice(0, 35)) }]);
    expect(settled).toEqual([{ id, outcome: 'sent' }]);
    expect(await deliveryOf(id)).toMatchObject({
      kind: 'contact-changed',
      channel: 'email',
      settled: { outcome: 'delivered' },
      attempts: 1,
    });
    const delivered = { channel: 'email', outcome: 'delivered' };
    expect(await worker.count('message_attempts_total', delivered)).toBe(1);
  });

  it('sends an SMS through the gateway, once', async () => {
    await start();
    const id = await owe(anSms);
    await ended(id, 'completed');
    expect(texts).toEqual([{ id, to: anSms.to, text: anSms.text }]);
    expect(settled).toEqual([{ id, outcome: 'sent' }]);
    expect(await deliveryOf(id)).toMatchObject({ channel: 'sms', settled: { outcome: 'delivered' } });
  });

  it('tries an e-mail again that the server does not take now', async () => {
    let tries = 0;
    smtpObstacle = () => (++tries < 3 ? 451 : undefined);
    const worker = await start();
    const id = await owe(anEmail);
    await ended(id, 'delayed');
    expect([mails, settled, await deliveryOf(id)]).toEqual([[], [], undefined]);
    await hasten(id);
    await hasten(id);
    await ended(id, 'completed');
    expect(mails).toHaveLength(1);
    expect(await deliveryOf(id)).toMatchObject({ settled: { outcome: 'delivered' }, attempts: 3 });
    const postponed = { channel: 'email', outcome: 'postponed', reason: 'smtp_451' };
    expect(await worker.count('message_attempts_total', postponed)).toBe(2);
  });

  it('tries an SMS again when the gateway asks to, as late as it asks', async () => {
    gatewayObstacle = () => ({ status: 429, retryAfter: '600' });
    await start();
    const id = await owe(anSms);
    await ended(id, 'delayed');
    expect((await queue.getJob(id))?.delay).toBe(600_000);
    gatewayObstacle = () => ({ status: 503 });
    await hasten(id);
    await ended(id, 'delayed');
    gatewayObstacle = () => undefined;
    await hasten(id);
    await ended(id, 'completed');
    expect(texts).toHaveLength(1);
  });

  it('makes a dead letter of what is refused for good, which operators see and send again', async () => {
    smtpObstacle = () => 550;
    gatewayObstacle = () => ({ status: 400 });
    const worker = await start();
    const [mail, sms] = [await owe(anEmail), await owe(anSms)];
    await ended(mail, 'failed');
    await ended(sms, 'failed');
    expect(settled.toSorted((one) => (one.id === mail ? -1 : 1))).toEqual([
      { id: mail, outcome: 'failed' },
      { id: sms, outcome: 'failed' },
    ]);
    expect(await deliveryOf(mail)).toMatchObject({ settled: { outcome: 'failed', reason: 'smtp_550' } });
    expect(await deliveryOf(sms)).toMatchObject({ settled: { outcome: 'failed', reason: 'status_400' } });
    await expect.poll(() => worker.count('messages_dead')).toBe(2);

    const listed = (await command('list', '--queue', messageQueue)).output.trim().split('\n');
    expect(listed.map((line) => JSON.parse(line))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ queue: 'messages', id: mail, reason: 'smtp_550', attempts: 1 }),
        expect.objectContaining({ queue: 'messages', id: sms, reason: 'status_400', attempts: 1 }),
      ]),
    );
    smtpObstacle = () => undefined;
    expect((await command('retry', messageQueue, mail)).output).toBe(`${mail}: queued again\n`);
    await ended(mail, 'completed');
    expect(mails).toHaveLength(1);
    expect(settled.at(-1)).toEqual({ id: mail, outcome: 'sent' });
    expect(await deliveryOf(mail)).toMatchObject({ settled: { outcome: 'delivered' } });
  });

  it.each([
    ['email_not_configured', anEmail, ['SMTP_URL', 'MAIL_FROM']],
    ['sms_not_configured', anSms, ['SMS_GATEWAY_URL', 'SMS_GATEWAY_TOKEN']],
  ] as const)(
    'makes a dead letter when nobody configured its channel (%s), and goes on',
    async (reason, message, names) => {
      const worker = await startWithout(...names);
      const id = await owe(message);
      await ended(id, 'failed');
      expect(await worker.queues.messages.deadLetters(10)).toMatchObject([{ id, reason, attempts: 1 }]);
      expect(settled).toEqual([{ id, outcome: 'failed' }]);
      const other = await owe(message === anEmail ? anSms : anEmail);
      await ended(other, 'completed');
      expect([mails.length, texts.length]).toEqual(message === anEmail ? [0, 1] : [1, 0]);
    },
  );

  it('tells nothing to servers whose authority is unknown', async () => {
    const worker = await startWithout('MESSAGES_CA');
    const [mail, sms] = [await owe(anEmail), await owe(anSms)];
    await ended(mail, 'delayed');
    await ended(sms, 'delayed');
    expect([mails, texts, settled]).toEqual([[], [], []]);
    const postponed = (channel: string, reason: string) =>
      worker.count('message_attempts_total', { channel, outcome: 'postponed', reason });
    expect(await postponed('email', 'mail_server_tls_failed')).toBe(1);
    expect(await postponed('sms', 'call_tls_failed')).toBe(1);
  });

  it('sends nothing that is not owed any more', async () => {
    const worker = await start();
    const id = randomUUID();
    await enqueue(id);
    await ended(id, 'completed');
    expect([mails, texts, settled, await deliveryOf(id)]).toEqual([[], [], [], undefined]);
    const dropped = { outcome: 'dropped', reason: 'not_owed' };
    expect(await worker.count('message_attempts_total', dropped)).toBe(1);
  });

  it('does not send again what auth-broker could not be told of', async () => {
    await start();
    brokerHears = false;
    const id = await owe(anEmail);
    await ended(id, 'completed');
    expect([mails.length, settled]).toEqual([1, []]);

    // An hour later auth-broker queues it again, the queue having forgotten it.
    brokerHears = true;
    await (await queue.getJob(id))?.remove();
    await enqueue(id);
    await ended(id, 'completed');
    expect([mails.length, settled]).toEqual([1, [{ id, outcome: 'sent' }]]);
  });

  it('comes back later when auth-broker does not answer', async () => {
    await start({ AUTH_BROKER_URL: 'http://localhost:1' });
    const id = await owe(anEmail);
    await ended(id, 'delayed');
    expect(mails).toEqual([]);
  });

  it('sends each message once, however many workers there are', async () => {
    await Promise.all([start(), start()]);
    const ids = await Promise.all(
      Array.from({ length: 40 }, (_, i) => owe({ ...anEmail, to: `person-${i}@cabinet.example` })),
    );
    // Whoever queues them again changes nothing.
    await Promise.all(ids.map((id) => enqueue(id)));
    for (const id of ids) await ended(id, 'completed');
    expect(mails).toHaveLength(40);
    expect(new Set(mails.map(({ to }) => to)).size).toBe(40);
    expect(prepared).toHaveLength(40);
  });

  it('dies with a mail on its way: the next one sends it again, under the name by which a mailbox knows it', async () => {
    // The first mail reaches the mailbox; the worker never hears so.
    const released = Promise.withResolvers<void>();
    onMail = () => (mails.length === 1 ? released.promise : undefined);
    const child = spawn(process.execPath, [new URL('../main.ts', import.meta.url).pathname], {
      env,
      stdio: 'ignore',
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const id = await owe(anEmail);
    await expect.poll(() => mails.length, { timeout: 10_000 }).toBe(1);
    child.kill('SIGKILL');
    await exited;
    released.resolve();
    expect([settled, await queue.getActiveCount()]).toEqual([[], 1]);

    await start();
    await ended(id, 'completed');
    expect(mails).toHaveLength(2);
    expect(mails[1]?.headers.get('message-id')).toBe(mails[0]?.headers.get('message-id'));
    expect(settled).toEqual([{ id, outcome: 'sent' }]);
  });

  it('leaves a dead letter for a job that is not one, and goes on', async () => {
    const worker = await start();
    // Whoever can write to Redis.
    const forged: object = { messageId: '../application-calls/x', traceparent: '' };
    await queue.add('message', forged as MessageJob);
    await expect
      .poll(() => worker.queues.messages.deadLetters(10))
      .toMatchObject([{ reason: 'job_malformed', job: {} }]);
    expect(prepared).toEqual([]);
    await ended(await owe(anSms), 'completed');
  });

  it('writes no recipient, no text and no secret in its logs, in Redis or in its database', async () => {
    const child = spawn(process.execPath, [new URL('../main.ts', import.meta.url).pathname], { env });
    let logs = '';
    child.stdout.on('data', (chunk) => {
      logs += chunk;
    });
    child.stderr.on('data', (chunk) => {
      logs += chunk;
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    // A mail that is taken, one that is put off, one that is refused in words that quote the recipient; the same of SMS.
    const outcomes = [undefined, 451, 550];
    const ids: string[] = [];
    for (const code of outcomes) {
      smtpObstacle = () => code;
      gatewayObstacle = () => (code === undefined ? undefined : { status: code === 451 ? 503 : 400 });
      const state = code === undefined ? 'completed' : code === 451 ? 'delayed' : 'failed';
      for (const message of [anEmail, anSms]) {
        const id = await owe(message);
        await ended(id, state);
        ids.push(id);
      }
    }
    expect([mails.length, texts.length]).toEqual([1, 1]);
    const kept = await dumpRedis();
    child.kill('SIGTERM');
    await exited;
    const { rows } = await database.postgres.query(
      'SELECT message_deliveries::text AS row FROM message_deliveries',
    );

    const everything = { logs, redis: kept, postgres: JSON.stringify(rows) };
    for (const [where, written] of Object.entries(everything)) {
      // It is the right place to look at.
      expect(
        ids.some((id) => written.includes(id)),
        where,
      ).toBe(true);
      for (const secret of [
        'camille',
        'cabinet.example',
        '639981234',
        'Bonjour',
        'a été modifié',
        'the-password-of-mail',
        'the-token-of-the-gateway',
      ])
        expect(written, where).not.toContain(secret);
    }
  });
});

/** Every key and every value of the queue's Redis, as text. */
async function dumpRedis(): Promise<string> {
  const readers: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, '0', '-1'),
    set: (key) => redis.smembers(key),
    stream: (key) => redis.xrange(key, '-', '+'),
    string: (key) => redis.get(key),
    zset: (key) => redis.zrange(key, '0', '-1'),
  };
  const written = (await redis.keys('*')).map(async (key) => [
    key,
    await readers[await redis.type(key)]?.(key),
  ]);
  return JSON.stringify(await Promise.all(written));
}
