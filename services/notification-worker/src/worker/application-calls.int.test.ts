import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ApplicationCallJob,
  type ApplicationCallKind,
  applicationCallJobId,
  applicationCallJobOptions,
  applicationCallQueue,
  type PreparedCall,
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
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import webPush from 'web-push';
import { generateServiceKey } from '#src/testing/service-keys.ts';
import { type StartedWorker, startWorker } from '#src/testing/start-worker.ts';

/** Real Redis, PostgreSQL, service identities and applications over HTTP. oidc-provider is its one route. */
const opened: (() => unknown)[] = [];
let env: Record<string, string>;
let queue: Queue<ApplicationCallJob>;
const workers: StartedWorker[] = [];
/** What oidc-provider owes: how to make the call, by kind and id. */
const owed = new Map<string, () => PreparedCall>();
let prepared: { id: string; caller: unknown; traceparent: string }[] = [];

beforeAll(async () => {
  opened.push((await startTelemetry({ service: 'test', ratio: 1 })).stop);
  const [providerPort = 0, port = 0] = await freePorts(2);
  const keys = { provider: generateServiceKey('provider'), worker: generateServiceKey('worker') };
  const trust = {
    'oidc-provider': [keys.provider.publicHalf],
    'notification-worker': [keys.worker.publicHalf],
  };
  const database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  opened.push(() => database.close());
  const vapid = webPush.generateVAPIDKeys();
  env = {
    PORT: String(port),
    LOG_LEVEL: 'silent',
    SERVICE_KEY: JSON.stringify(keys.worker.privateKey),
    SERVICE_TRUST: JSON.stringify(trust),
    DATABASE_URL: database.url,
    // This file's own: the queue has one name.
    REDIS_URL: `${inject('redisUrl')}/5`,
    APPROVAL_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    AUTH_BROKER_URL: 'http://localhost:1',
    OIDC_PROVIDER_URL: `http://localhost:${providerPort}/auth/realms/esante-wallet`,
    VAPID_SUBJECT: 'mailto:ops@example.test',
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    WORKER_SILENCE_SECONDS: '1',
    OUTGOING_ALLOWED_HOSTS: '*,http://127.0.0.1:*',
    OUTGOING_PRIVATE_NETWORKS: '127.0.0.1',
  };
  const redis = await openRedis(env.REDIS_URL ?? '', 'queue', () => undefined);
  opened.push(() => redis.disconnect());
  queue = new Queue(applicationCallQueue, { connection: redis, prefix: queuePrefix });
  opened.push(() => queue.close());

  const identity = await createServiceIdentity({
    name: 'oidc-provider',
    key: keys.provider.privateKey,
    trust,
    clock: Date.now,
  });
  const provider = fastify();
  provider.post<{ Params: { kind: string; callId: string } }>(
    '/internal/application-calls/:kind/:callId',
    { preHandler: requireCaller(identity, ['notification-worker']) },
    async ({ params, headers }, reply) => {
      const id = `${params.kind}.${params.callId}`;
      prepared.push({ id, caller: headers.authorization, traceparent: String(headers.traceparent) });
      return owed.get(id)?.() ?? reply.code(404).send({});
    },
  );
  await provider.listen({ host: 'localhost', port: providerPort });
  opened.push(() => provider.close());
});

afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

beforeEach(() => {
  prepared = [];
  owed.clear();
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

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An application that answers as the test says, and keeps what it received. */
async function openApplication(answer: (response: ServerResponse, received: Received[]) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    answer(response, received);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server that listens has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/told`, received };
}

const answers = (status: number) => (response: ServerResponse) => void response.writeHead(status).end();

/** oidc-provider owes a call to the application, and queued it. */
async function owe(kind: ApplicationCallKind, url: string, { clientId = 'app', traceparent = '' } = {}) {
  const job = { kind, callId: randomUUID(), clientId, traceparent };
  const id = applicationCallJobId(job);
  owed.set(id, () => ({
    url,
    ...(kind === 'logout'
      ? {
          contentType: 'application/x-www-form-urlencoded',
          authorization: '',
          body: `logout_token=${randomUUID()}`,
        }
      : {
          contentType: 'application/json',
          authorization: 'Bearer of-the-application',
          body: '{"auth_req_id":"1"}',
        }),
  }));
  await queue.add('call', job, { ...applicationCallJobOptions, jobId: id });
  return id;
}

const stateOf = async (id: string) => (await queue.getJob(id))?.getState();
const ended = (id: string, state: 'completed' | 'failed' | 'delayed') =>
  expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe(state);

/** Lets the next attempt of a postponed call come now. */
async function hasten(id: string) {
  await ended(id, 'delayed');
  await (await queue.getJob(id))?.promote();
}

function command(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const program = new URL('../dead-letters.ts', import.meta.url).pathname;
  const options = { env: { REDIS_URL: env.REDIS_URL ?? '' }, timeout: 20_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

describe('the worker that calls applications', () => {
  it('makes the call that oidc-provider prepares, in the trace of what caused it', async () => {
    let traceparent = '';
    await continueTrace('', 'logout', async () => {
      traceparent = currentTraceparent();
    });
    const application = await openApplication(answers(200));
    const worker = await start();
    const id = await owe('logout', application.url, { traceparent });
    await ended(id, 'completed');

    expect(application.received).toHaveLength(1);
    const [received] = application.received;
    expect(received).toMatchObject({ url: '/told', body: expect.stringMatching(/^logout_token=[\w-]{36}$/) });
    expect(received?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    // An application is not of our trace, and receives no word of ours.
    expect(received?.headers).not.toHaveProperty('traceparent');
    expect(received?.headers).not.toHaveProperty('authorization');
    const trace = expect.stringContaining(traceparent.slice(0, 35));
    expect(prepared).toEqual([{ id, caller: expect.stringMatching(/^Bearer /), traceparent: trace }]);
    const delivered = { kind: 'logout', outcome: 'delivered' };
    expect(await worker.count('application_call_attempts_total', delivered)).toBe(1);
  });

  it('brings a ping with the bearer token of the application', async () => {
    const application = await openApplication(answers(204));
    await start();
    await ended(await owe('ping', application.url), 'completed');
    expect(application.received).toMatchObject([
      {
        headers: { 'content-type': 'application/json', authorization: 'Bearer of-the-application' },
        body: '{"auth_req_id":"1"}',
      },
    ]);
  });

  it.each(['logout', 'ping'] as const)(
    'tries a %s again when the application is out of order, with what is made anew',
    async (kind) => {
      const application = await openApplication((response, { length }) =>
        response.writeHead(length < 3 ? 503 : 200).end(),
      );
      const worker = await start();
      const id = await owe(kind, application.url);
      await hasten(id);
      await hasten(id);
      await ended(id, 'completed');
      expect(application.received).toHaveLength(3);
      expect(prepared).toHaveLength(3);
      if (kind === 'logout') expect(new Set(application.received.map(({ body }) => body)).size).toBe(3);
      const postponed = { kind, outcome: 'postponed', reason: 'status_503' };
      expect(await worker.count('application_call_attempts_total', postponed)).toBe(2);
    },
  );

  it('waits as long as the application asks, and longer each time when it does not', async () => {
    const asking = await openApplication((response) =>
      response.writeHead(429, { 'retry-after': '600' }).end(),
    );
    const broken = await openApplication(answers(500));
    await start();
    const [asked, plain] = [await owe('logout', asking.url), await owe('logout', broken.url)];
    const delayOf = async (id: string) => {
      await ended(id, 'delayed');
      return (await queue.getJob(id))?.delay ?? 0;
    };
    expect(await delayOf(asked)).toBe(600_000);
    const first = await delayOf(plain);
    expect(first).toBeGreaterThanOrEqual(5_000);
    expect(first).toBeLessThanOrEqual(10_000);
    await hasten(plain);
    await expect.poll(() => broken.received.length).toBe(2);
    expect(await delayOf(plain)).toBeGreaterThanOrEqual(10_000);
  });

  it.each([
    ['logout', 400],
    ['logout', 404],
    ['logout', 302],
    ['ping', 401],
    ['ping', 400],
    ['ping', 307],
  ] as const)('never makes a %s again that the application answers with %i', async (kind, status) => {
    const application = await openApplication(answers(status));
    const worker = await start();
    const id = await owe(kind, application.url);
    await ended(id, 'failed');
    expect(application.received).toHaveLength(1);
    expect(await worker.queues.applicationCalls.deadLetters(10)).toMatchObject([
      { id, reason: `status_${status}`, attempts: 1, job: { kind, clientId: 'app' } },
    ]);
  });

  it('makes no call that is not owed any more', async () => {
    const application = await openApplication(answers(200));
    const worker = await start();
    const id = await owe('ping', application.url);
    await ended(id, 'completed');
    const late = { kind: 'ping', callId: randomUUID(), clientId: 'app', traceparent: '' } as const;
    await queue.add('call', late, { ...applicationCallJobOptions, jobId: applicationCallJobId(late) });
    await ended(applicationCallJobId(late), 'completed');
    expect(application.received).toHaveLength(1);
    const dropped = { kind: 'ping', outcome: 'dropped', reason: 'not_owed' };
    expect(await worker.count('application_call_attempts_total', dropped)).toBe(1);
  });

  it.each([
    ['call_host_forbidden', 'http://localhost:1/'],
    ['call_address_forbidden', 'https://169.254.169.254/latest/meta-data'],
    ['call_address_forbidden', 'https://[::1]/'],
  ])('calls nobody that the configuration does not allow: %s, %s', async (reason, url) => {
    await start();
    const id = await owe('logout', url);
    await ended(id, 'failed');
    expect((await queue.getJob(id))?.failedReason).toBe(reason);
  });

  it('comes back later when oidc-provider does not answer', async () => {
    const application = await openApplication(answers(200));
    const worker = await startWorker({ ...env, OIDC_PROVIDER_URL: 'http://localhost:1' });
    workers.push(worker);
    const id = await owe('logout', application.url);
    await ended(id, 'delayed');
    const postponed = { kind: 'logout', outcome: 'postponed', reason: 'service_unavailable' };
    expect(await worker.count('application_call_attempts_total', postponed)).toBe(1);
    expect(application.received).toHaveLength(0);
  });

  it('does not let an application that never answers keep the others waiting', async () => {
    const silent = await openApplication(() => undefined);
    const other = await openApplication(answers(200));
    const worker = await startWorker({
      ...env,
      WORKER_CALLS_CONCURRENCY: '1',
      OUTGOING_TIMEOUT_MS: '300',
    });
    workers.push(worker);
    const lost = await Promise.all(
      Array.from({ length: 30 }, () => owe('logout', silent.url, { clientId: 'silent' })),
    );
    const id = await owe('logout', other.url, { clientId: 'other' });
    const started = performance.now();
    await ended(id, 'completed');
    // Five calls of 300 ms, not thirty.
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(silent.received).toHaveLength(5);
    for (const each of lost) expect(await stateOf(each)).toBe('delayed');
    const spared = { kind: 'logout', outcome: 'postponed', reason: 'application_silent' };
    expect(await worker.count('application_call_attempts_total', spared)).toBe(25);
  });

  it('makes each call once, however many workers there are', async () => {
    const application = await openApplication(answers(200));
    await Promise.all([start(), start(), start()]);
    const ids = await Promise.all(Array.from({ length: 200 }, () => owe('logout', application.url)));
    for (const id of ids) await ended(id, 'completed');
    expect(application.received).toHaveLength(200);
    expect(new Set(prepared.map(({ id }) => id)).size).toBe(200);
  });

  it('leaves a dead letter for a job that is not one, and goes on', async () => {
    const worker = await start();
    // Whoever can write to Redis.
    const forged: object = { kind: 'logout', callId: '../../x', clientId: 'app', traceparent: '' };
    await queue.add('call', forged as ApplicationCallJob);
    await expect
      .poll(() => worker.queues.applicationCalls.deadLetters(10))
      .toMatchObject([{ reason: 'job_malformed', job: {} }]);
    expect(prepared).toEqual([]);
    const application = await openApplication(answers(200));
    await ended(await owe('logout', application.url), 'completed');
  });

  it('shows its dead letters in a metric and by a command, which gives one another chance', {
    timeout: 90_000,
  }, async () => {
    const application = await openApplication((response, { length }) =>
      response.writeHead(length < 3 ? 400 : 200).end(),
    );
    const worker = await start();
    const first = await owe('logout', application.url, { clientId: 'dossier' });
    await ended(first, 'failed');
    const second = await owe('logout', application.url);
    await ended(second, 'failed');
    await expect.poll(() => worker.count('application_calls_dead')).toBe(2);

    const letters = (await command()).output.trim().split('\n');
    expect(letters.map((letter) => JSON.parse(letter).id)).toEqual([second, first]);
    expect(JSON.parse(letters[1] ?? '')).toMatchObject({
      queue: 'application-calls',
      kind: 'logout',
      clientId: 'dossier',
      reason: 'status_400',
      attempts: 1,
    });
    expect((await command('--limit', '1')).output.trim().split('\n')).toHaveLength(1);
    expect((await command('list', '--queue', 'notifications')).output).toBe('');

    expect(await command('retry', 'application-calls', first)).toEqual({
      code: 0,
      output: `${first}: queued again\n`,
    });
    await ended(first, 'completed');
    expect(application.received).toHaveLength(3);
    expect(await worker.count('application_calls_dead')).toBe(1);

    expect(await command('retry', 'application-calls', first)).toMatchObject({
      code: 1,
      output: `${first}: no such dead letter\n`,
    });
    expect(application.received).toHaveLength(3);
    const wrong = [['retry', 'nowhere', second], ['retry', 'application-calls'], ['burn'], ['--all']];
    for (const answer of await Promise.all(wrong.map((words) => command(...words))))
      expect(answer).toMatchObject({ code: 2, output: expect.stringContaining('psc dead-letters --help') });
    expect(await command('--help')).toMatchObject({
      code: 0,
      output: expect.stringContaining('retry <queue>'),
    });
  });
});
