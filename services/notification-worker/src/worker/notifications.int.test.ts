import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { type Approvals, createRedisApprovals } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import {
  type NotificationJob,
  notificationJobId,
  notificationJobOptions,
  notificationQueue,
  type PushSubscription,
  queuePrefix,
} from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import {
  continueTrace,
  createServiceIdentity,
  currentTraceparent,
  requireCaller,
  startTelemetry,
} from '@psc/runtime';
import {
  createPushService,
  type PushedMessage,
  type PushService,
} from '@psc/sandbox/push-service/push-service.ts';
import { generateSubscriber } from '@psc/sandbox/push-service/subscriber.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { openTestDatabase, type TestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import webPush from 'web-push';
import { createPostgresDeliveries } from '#src/adapters/deliveries.postgres.ts';
import { generateServiceKey } from '#src/testing/service-keys.ts';
import { type StartedWorker, startWorker } from '#src/testing/start-worker.ts';

/** Real Redis, PostgreSQL, service identities and push service. auth-broker is its one route. */
const opened: (() => unknown)[] = [];
const source = (path: string) => new URL(`../${path}`, import.meta.url).pathname;

let env: Record<string, string>;
let approvals: Approvals;
let queue: Queue<NotificationJob>;
let database: TestDatabase;
let push: PushService;
let worker: StartedWorker | undefined;
/** What auth-broker knows. */
const devices = new Map<string, PushSubscription>();
/** What the push service does before it behaves. */
let obstacle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> = async () => undefined;
let pushes: { topic: unknown }[] = [];
let brokerCalls: { traceparent: unknown }[] = [];

beforeAll(async () => {
  const telemetry = await startTelemetry({ service: 'test', ratio: 1 });
  opened.push(telemetry.stop);
  const [brokerPort = 0, pushPort = 0, port = 0] = await freePorts(3);
  const keys = { broker: generateServiceKey('broker'), worker: generateServiceKey('worker') };
  const trust = {
    'auth-broker': [keys.broker.publicHalf],
    'notification-worker': [keys.worker.publicHalf],
  };
  const vapid = webPush.generateVAPIDKeys();
  // A database of Redis and one of PostgreSQL that are this file's own: the queue has one name.
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  opened.push(() => database.close());
  env = {
    PORT: String(port),
    LOG_LEVEL: 'silent',
    SERVICE_KEY: JSON.stringify(keys.worker.privateKey),
    SERVICE_TRUST: JSON.stringify(trust),
    DATABASE_URL: database.url,
    REDIS_URL: `${inject('redisUrl')}/6`,
    APPROVAL_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    AUTH_BROKER_URL: `http://localhost:${brokerPort}`,
    OIDC_PROVIDER_URL: 'http://localhost:1',
    VAPID_SUBJECT: 'mailto:ops@example.test',
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    PUSH_ALLOWED_ORIGINS: `http://localhost:${pushPort}`,
    WORKER_SILENCE_SECONDS: '1',
  };

  const redis = await openRedis(env.REDIS_URL ?? '', 'queue', () => undefined);
  const subscriber = await openRedis(env.REDIS_URL ?? '', 'subscriber', () => undefined);
  opened.push(() => [redis, subscriber].map((connection) => connection.disconnect()));
  const seal = createSeal(env.APPROVAL_SEAL_KEYS ?? '');
  approvals = createRedisApprovals({ redis, subscriber, seal, clock: Date.now });
  opened.push(() => approvals.close());
  queue = new Queue(notificationQueue, { connection: redis, prefix: queuePrefix });
  opened.push(() => queue.close());

  const identity = await createServiceIdentity({
    name: 'auth-broker',
    key: keys.broker.privateKey,
    trust,
    clock: Date.now,
  });
  const broker = fastify();
  broker.get<{ Params: { deviceId: string } }>(
    '/internal/devices/:deviceId/push-subscription',
    { preHandler: requireCaller(identity, ['notification-worker']) },
    async (request, reply) => {
      brokerCalls.push({ traceparent: request.headers.traceparent });
      return devices.get(request.params.deviceId) ?? reply.code(404).send({});
    },
  );
  await broker.listen({ host: 'localhost', port: brokerPort });
  opened.push(() => broker.close());

  const pushApp = fastify({ forceCloseConnections: true });
  pushApp.addHook('onRequest', async (request, reply) => {
    pushes.push({ topic: request.headers.topic });
    await obstacle(request, reply);
  });
  push = createPushService({ url: `http://localhost:${pushPort}`, vapidPublicKey: vapid.publicKey });
  push.register(pushApp);
  await pushApp.listen({ host: 'localhost', port: pushPort });
  opened.push(() => pushApp.close());
});

afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

beforeEach(() => {
  obstacle = async () => undefined;
  pushes = [];
  brokerCalls = [];
});

afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await queue.obliterate({ force: true });
});

/** A phone that keeps what it received, as its owner sees it: two messages of one topic are one notification. */
function enrolPhone() {
  const deviceId = randomUUID();
  const subscriber = generateSubscriber();
  const messages: PushedMessage[] = [];
  const shown = new Map<string, string>();
  devices.set(
    deviceId,
    push.subscribe(subscriber, (message) => {
      messages.push(message);
      shown.set(message.topic, message.text);
    }),
  );
  return { deviceId, subscriber, messages, shown };
}

async function challenge(): Promise<string> {
  const id = randomUUID();
  await approvals.open(id, sampleRequest({ openedAt: Date.now() }));
  await approvals.challenge(id, {
    nationalId: '899700000013',
    means: 'ecps',
    number: '42',
    browser: '',
    challengedAt: Date.now(),
  });
  return id;
}

/** What auth-broker does once a phone was challenged. */
function notify(approvalId: string, deviceId: string, traceparent = '') {
  const job = { approvalId, deviceId, traceparent };
  return queue.add('notification', job, { ...notificationJobOptions, jobId: notificationJobId(job) });
}

async function deliveryOf(approvalId: string, deviceId: string) {
  const deliveries = createPostgresDeliveries(database.postgres);
  await expect.poll(() => deliveries.find(approvalId, deviceId), { timeout: 10_000 }).toBeDefined();
  return deliveries.find(approvalId, deviceId);
}

describe('the notification worker', () => {
  it('pushes what only the phone can read, records it, and stays in the trace of the login', async () => {
    const phone = enrolPhone();
    const approvalId = await challenge();
    let traceparent = '';
    await continueTrace('', 'login', async () => {
      traceparent = currentTraceparent();
    });
    worker = await startWorker(env);
    await notify(approvalId, phone.deviceId, traceparent);

    expect(await deliveryOf(approvalId, phone.deviceId)).toMatchObject({
      settled: { outcome: 'delivered' },
      attempts: 1,
    });
    expect(phone.messages.map(({ text }) => JSON.parse(text))).toEqual([{ approvalId }]);
    expect(phone.messages[0]).toMatchObject({ urgency: 'high', topic: expect.stringMatching(/^[\w-]{32}$/) });
    expect(brokerCalls).toEqual([{ traceparent: expect.stringContaining(traceparent.slice(0, 35)) }]);
    expect(await worker.count('notification_attempts_total', { outcome: 'delivered' })).toBe(1);
  });

  it('tries again when the push service is out of order, then delivers', async () => {
    const phone = enrolPhone();
    const approvalId = await challenge();
    obstacle = async (_, reply) => (pushes.length < 2 ? reply.code(503).send() : undefined);
    worker = await startWorker(env);
    await notify(approvalId, phone.deviceId);

    expect(await deliveryOf(approvalId, phone.deviceId)).toMatchObject({
      settled: { outcome: 'delivered' },
      attempts: 2,
    });
    expect(phone.messages).toHaveLength(1);
    const postponed = { outcome: 'postponed', reason: 'push_service_error' };
    expect(await worker.count('notification_attempts_total', postponed)).toBe(1);
  });

  it('waits as long as the push service asks, and no longer than the approval lives', async () => {
    const phone = enrolPhone();
    obstacle = async (_, reply) => reply.code(429).header('retry-after', '3600').send();
    const approvalId = await challenge();
    worker = await startWorker(env);
    await notify(approvalId, phone.deviceId);
    expect(await deliveryOf(approvalId, phone.deviceId)).toMatchObject({
      settled: { outcome: 'failed', reason: 'push_too_many_requests' },
      attempts: 1,
    });
    expect(await queue.getDelayedCount()).toBe(0);
  });

  it('drops the notification of an approval that was answered meanwhile', async () => {
    const phone = enrolPhone();
    const approvalId = await challenge();
    await approvals.decide(approvalId, { state: 'denied', reason: 'refused' });
    worker = await startWorker(env);
    await notify(approvalId, phone.deviceId);
    expect(await deliveryOf(approvalId, phone.deviceId)).toMatchObject({
      settled: { outcome: 'dropped', reason: 'approval_over' },
    });
    expect([brokerCalls.length, pushes.length]).toEqual([0, 0]);
  });

  it('drops the notification of a device that never was: the decoy of an unknown identifier', async () => {
    const approvalId = await challenge();
    const deviceId = randomUUID();
    worker = await startWorker(env);
    await notify(approvalId, deviceId);
    expect(await deliveryOf(approvalId, deviceId)).toMatchObject({
      settled: { outcome: 'dropped', reason: 'no_subscription' },
    });
    expect([brokerCalls.length, pushes.length]).toEqual([1, 0]);
  });

  it('drops the notification when the push service says that the phone is gone', async () => {
    const phone = enrolPhone();
    push.unsubscribe(phone.subscriber.token);
    const approvalId = await challenge();
    worker = await startWorker(env);
    await notify(approvalId, phone.deviceId);
    expect(await deliveryOf(approvalId, phone.deviceId)).toMatchObject({
      settled: { outcome: 'dropped', reason: 'subscription_gone' },
    });
    expect(await worker.queues.notifications.deadLetters(10)).toEqual([]);
  });

  it('leaves a dead letter that operators see: in a metric, by a command', async () => {
    const approvalId = await challenge();
    const deviceId = randomUUID();
    // The endpoint of an attacker who enrolled a phone.
    const { keys } = push.subscriptionOf(generateSubscriber());
    devices.set(deviceId, { endpoint: 'http://169.254.169.254/latest/meta-data', keys });
    worker = await startWorker(env);
    await notify(approvalId, deviceId);

    const settled = { outcome: 'failed', reason: 'push_target_forbidden' };
    expect(await deliveryOf(approvalId, deviceId)).toMatchObject({ settled });
    await expect.poll(() => worker?.count('notifications_dead')).toBe(1);
    const letter = { reason: 'push_target_forbidden', attempts: 1 };
    expect(await worker.queues.notifications.deadLetters(10)).toMatchObject([
      { ...letter, job: { approvalId, deviceId } },
    ]);

    const command = promisify(execFile)(process.execPath, [source('dead-letters.ts')], {
      env: { REDIS_URL: env.REDIS_URL },
    });
    expect(JSON.parse((await command).stdout)).toMatchObject({ ...letter, approvalId, deviceId });
  });

  it('leaves a dead letter for a job that is not one, and goes on', async () => {
    worker = await startWorker(env);
    // Whoever can write to Redis.
    const forged: object = { approvalId: 'a', deviceId: 'b', traceparent: '', to: 'somebody' };
    await queue.add('notification', forged as NotificationJob);
    await expect
      .poll(() => worker?.queues.notifications.deadLetters(10))
      .toMatchObject([{ reason: 'job_malformed', job: {} }]);

    const phone = enrolPhone();
    const approvalId = await challenge();
    await notify(approvalId, phone.deviceId);
    expect(await deliveryOf(approvalId, phone.deviceId)).toMatchObject({ settled: { outcome: 'delivered' } });
  });

  it('finishes what is in flight before it stops', async () => {
    const phone = enrolPhone();
    const approvalId = await challenge();
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    obstacle = async () => {
      reached.resolve();
      await released.promise;
    };
    worker = await startWorker(env);
    await notify(approvalId, phone.deviceId);
    await reached.promise;
    const stopped = worker.stop();
    released.resolve();
    await stopped;
    expect(await queue.getJobCounts('active', 'wait', 'delayed')).toEqual({ active: 0, wait: 0, delayed: 0 });
    expect(phone.shown.size).toBe(1);
  });

  it('dies with a push on its way: the next one delivers it, and the phone shows it once', async () => {
    const phone = enrolPhone();
    const approvalId = await challenge();
    const reached = Promise.withResolvers<void>();
    // The first push reaches the phone; the worker never hears so.
    obstacle = async (_request, reply) => {
      if (pushes.length > 1) return;
      reply.raw.write = () => false;
      reply.raw.end = () => reply.raw;
      reply.raw.writeHead = () => reply.raw;
      reached.resolve();
    };
    const child = spawn(process.execPath, [source('main.ts')], { env: { ...env }, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await notify(approvalId, phone.deviceId);
    await reached.promise;
    await expect.poll(() => phone.messages.length).toBe(1);
    child.kill('SIGKILL');
    await ended;
    expect(await queue.getActiveCount()).toBe(1);

    worker = await startWorker(env);
    expect(await deliveryOf(approvalId, phone.deviceId)).toMatchObject({ settled: { outcome: 'delivered' } });
    expect(pushes).toHaveLength(2);
    expect(pushes[1]?.topic).toBe(pushes[0]?.topic);
    expect([...phone.shown.values()]).toEqual([JSON.stringify({ approvalId })]);
  });
});
