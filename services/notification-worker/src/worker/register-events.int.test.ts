import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  queuePrefix,
  type RegisterEventJob,
  registerEventJobId,
  registerEventJobOptions,
  registerEventQueue,
  registerEventsCallSchema,
} from '@psc/contracts';
import { openRedis } from '@psc/datastores';
import { createServiceIdentity, requireCaller } from '@psc/runtime';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import webPush from 'web-push';
import { generateServiceKey } from '#src/testing/service-keys.ts';
import { type StartedWorker, startWorker } from '#src/testing/start-worker.ts';

/** Real Redis, PostgreSQL and service identities. Each service that acts on events is its one route. */
const opened: (() => unknown)[] = [];
let env: Record<string, string>;
let queue: Queue<RegisterEventJob>;
const workers: StartedWorker[] = [];
type Target = RegisterEventJob['target'];
/** What each service was told, and how it answers. */
let told: { target: Target; body: unknown }[] = [];
let answer: (target: Target) => { status: number; body: object };
const done = { status: 200, body: { done: true } };

beforeAll(async () => {
  const [providerPort = 0, brokerPort = 0, port = 0] = await freePorts(3);
  const keys = {
    'oidc-provider': generateServiceKey('provider'),
    'auth-broker': generateServiceKey('broker'),
    'notification-worker': generateServiceKey('worker'),
  };
  const trust = Object.fromEntries(
    Object.entries(keys).map(([name, { publicHalf }]) => [name, [publicHalf]]),
  );
  const database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  opened.push(() => database.close());
  const vapid = webPush.generateVAPIDKeys();
  env = {
    PORT: String(port),
    LOG_LEVEL: 'silent',
    SERVICE_KEY: JSON.stringify(keys['notification-worker'].privateKey),
    SERVICE_TRUST: JSON.stringify(trust),
    DATABASE_URL: database.url,
    // This file's own: the queue has one name.
    REDIS_URL: `${inject('redisUrl')}/10`,
    APPROVAL_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    AUTH_BROKER_URL: `http://localhost:${brokerPort}`,
    OIDC_PROVIDER_URL: `http://localhost:${providerPort}/auth/realms/esante-wallet`,
    VAPID_SUBJECT: 'mailto:ops@example.test',
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    WORKER_SILENCE_SECONDS: '1',
  };
  const redis = await openRedis(env.REDIS_URL ?? '', 'queue', () => undefined);
  opened.push(() => redis.disconnect());
  queue = new Queue(registerEventQueue, { connection: redis, prefix: queuePrefix });
  opened.push(() => queue.close());

  for (const [target, servicePort] of [
    ['oidc-provider', providerPort],
    ['auth-broker', brokerPort],
  ] as const) {
    const identity = await createServiceIdentity({
      name: target,
      key: keys[target].privateKey,
      trust,
      clock: Date.now,
    });
    const service = fastify();
    const preHandler = requireCaller(identity, ['notification-worker']);
    service.post('/internal/register-events', { preHandler }, async (request, reply) => {
      told.push({ target, body: registerEventsCallSchema.parse(request.body) });
      const { status, body } = answer(target);
      return reply.code(status).send(body);
    });
    await service.listen({ host: 'localhost', port: servicePort });
    opened.push(() => service.close());
  }
});

afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

beforeEach(() => {
  told = [];
  answer = () => done;
});

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  await queue.obliterate({ force: true });
});

async function start(): Promise<StartedWorker> {
  const worker = await startWorker(env);
  workers.push(worker);
  return worker;
}

async function add(target: Target, first: number, last: number, options: object = {}): Promise<string> {
  const job = { target, first, last, traceparent: '' };
  const id = registerEventJobId(job);
  await queue.add(target, job, { ...registerEventJobOptions, ...options, jobId: id });
  return id;
}

const stateOf = (id: string) => queue.getJobState(id);
const reaches = (id: string, state: string) =>
  expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe(state);

function command(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const program = new URL('../dead-letters.ts', import.meta.url).pathname;
  const options = { env: { REDIS_URL: env.REDIS_URL ?? '' }, timeout: 20_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

describe('the worker that tells of the register', () => {
  it.each(['oidc-provider', 'auth-broker'] as const)('tells %s which events there are', async (target) => {
    const worker = await start();
    await reaches(await add(target, 7, 12), 'completed');
    expect(told).toEqual([{ target, body: { first: 7, last: 12 } }]);
    const delivered = { target, outcome: 'delivered' };
    expect(await worker.count('register_event_run_attempts_total', delivered)).toBe(1);
  });

  it('tells what an import brought while no worker ran', async () => {
    const ids = [await add('oidc-provider', 1, 200), await add('oidc-provider', 201, 230)];
    await start();
    for (const id of ids) await reaches(id, 'completed');
    expect(told).toHaveLength(2);
  });

  it.each([
    ['is out of order', { status: 503, body: {} }],
    ['does not take events yet', { status: 404, body: {} }],
    ['says something else than that it is done', { status: 200, body: { done: false } }],
  ])('comes back to a service that %s, until it is done', async (_what, trouble) => {
    answer = () => (told.length < 3 ? trouble : done);
    const worker = await start();
    const id = await add('auth-broker', 1, 2);
    for (let i = 0; i < 2; i++) {
      await reaches(id, 'delayed');
      await (await queue.getJob(id))?.promote();
    }
    await reaches(id, 'completed');
    expect(told).toEqual(Array(3).fill({ target: 'auth-broker', body: { first: 1, last: 2 } }));
    expect(await worker.count('register_event_run_attempts_total', { outcome: 'delivered' })).toBe(1);
  });

  it('lets one service that is away keep nothing from the other', async () => {
    answer = (target) => (target === 'auth-broker' ? { status: 503, body: {} } : done);
    await start();
    const away = await Promise.all(Array.from({ length: 8 }, (_, i) => add('auth-broker', i + 1, i + 1)));
    await reaches(await add('oidc-provider', 1, 8), 'completed');
    for (const id of away) await reaches(id, 'delayed');
  });

  it('leaves a dead letter when it gives up, which the command shows and gives another chance', {
    timeout: 60_000,
  }, async () => {
    answer = () => ({ status: 500, body: {} });
    const worker = await start();
    const id = await add('oidc-provider', 3, 4, { attempts: 1 });
    await reaches(id, 'failed');
    await expect.poll(() => worker.count('register_event_runs_dead')).toBe(1);
    const listed = await command('list', '--queue', 'register-events');
    expect(JSON.parse(listed.output)).toMatchObject({
      queue: 'register-events',
      id,
      target: 'oidc-provider',
      first: '3',
      last: '4',
      reason: 'service_unavailable',
    });
    answer = () => done;
    expect(await command('retry', 'register-events', id)).toEqual({
      code: 0,
      output: `${id}: queued again\n`,
    });
    await reaches(id, 'completed');
    expect(told).toHaveLength(2);
  });

  it('tells nobody of a job that is none', async () => {
    const worker = await start();
    // Whoever can write to Redis.
    const forged: object = { target: 'rpps-directory', first: 1, last: 2, traceparent: '' };
    await queue.add('forged', forged as RegisterEventJob);
    await expect
      .poll(() => worker.queues.registerEvents.deadLetters(10))
      .toMatchObject([{ reason: 'job_malformed', job: {} }]);
    expect(told).toEqual([]);
  });
});
