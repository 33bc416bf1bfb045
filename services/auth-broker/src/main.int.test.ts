import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRedisApprovals } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import {
  lookupRequestSchema,
  lookupResponseSchema,
  notificationJobId,
  notificationQueue,
  queuePrefix,
} from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import { createDevice, generateDeviceKeys } from '@psc/ecps-device';
import { systemClock } from '@psc/kernel';
import { createServiceClient, requireCaller } from '@psc/runtime';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { createIdentities } from './testing/identities.ts';

const nationalId = '899700000012';
const key = () => `k1:${randomBytes(32).toString('base64')}`;
const approvalKeys = key();
const [port = 0] = await freePorts(1);
const walletUrl = `http://127.0.0.1:${port}`;
const identities = await createIdentities(['auth-broker', 'enrolment-desk', 'rpps-directory'], systemClock);
const closing: (() => unknown)[] = [];
let reachable = true;
let service: ChildProcess;
let logged = '';

/** A directory that answers over HTTP, to auth-broker only. */
async function startDirectory(): Promise<string> {
  const directory = fastify();
  const only = { preHandler: requireCaller(identities.byName['rpps-directory'].identity, ['auth-broker']) };
  directory.post('/internal/professionals/lookup', only, async (request): Promise<unknown> => {
    if (!reachable) throw new Error('unplugged');
    const asked = lookupRequestSchema.parse(request.body);
    const known = { nationalId, status: 'active', otherIds: [], exercices: [] };
    return lookupResponseSchema.parse({ professional: asked.nationalId === nationalId ? known : null });
  });
  closing.push(() => directory.close());
  return directory.listen({ port: 0 });
}

/** The process as an operator starts it. */
beforeAll(async () => {
  const database = await openTestDatabase(new URL('../migrations/', import.meta.url));
  closing.push(() => database.close());
  service = spawn(process.execPath, [new URL('./main.ts', import.meta.url).pathname], {
    env: {
      PORT: String(port),
      LOG_LEVEL: 'trace',
      SERVICE_KEY: JSON.stringify(identities.byName['auth-broker'].privateKey),
      SERVICE_TRUST: JSON.stringify(identities.trust),
      DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl'),
      WALLET_URL: walletUrl,
      OIDC_AUTHORIZATION_URL: 'http://localhost:3000/auth',
      PORTAL_URL: 'http://localhost:3000/account',
      RPPS_DIRECTORY_URL: await startDirectory(),
      APPROVAL_SEAL_KEYS: approvalKeys,
      DEVICE_SEAL_KEYS: key(),
      PIN_KEYS: key(),
    },
  });
  closing.push(() => service.kill('SIGKILL'));
  for (const stream of [service.stdout, service.stderr])
    stream?.on('data', (chunk: Buffer) => {
      logged += chunk;
    });
  const isReady = () =>
    fetch(`${walletUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await vi.waitUntil(isReady, { timeout: 30_000 });
});

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

async function openLogin(traceparent = '') {
  const redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
  const approvals = createRedisApprovals({
    redis,
    subscriber: redis,
    seal: createSeal(approvalKeys),
    clock: systemClock,
  });
  closing.push(() => redis.disconnect());
  const id = randomBytes(24).toString('base64url');
  await approvals.open(
    id,
    sampleRequest({
      clientId: 'agenda',
      clientName: 'Agenda',
      returnTo: 'http://localhost:3000/resume',
      openedAt: Date.now(),
      traceparent,
    }),
  );
  return id;
}

async function identify(id: string, identifier: string) {
  const first = await fetch(`${walletUrl}/login/${id}`);
  const [cookie = ''] = (first.headers.get('set-cookie') ?? '').split(';');
  const page = await fetch(`${walletUrl}/login/${id}/identify`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ identifier }),
    redirect: 'manual',
  });
  return { cookie, page };
}

async function enrolPhone() {
  const desk = createServiceClient({
    baseUrl: walletUrl,
    audience: 'auth-broker',
    identity: identities.byName['enrolment-desk'].identity,
    timeoutMs: 2_000,
  });
  const answer = z.object({ ticket: z.string() });
  const issued = await desk.post('/internal/activation-tickets', { nationalId }, answer);
  const device = createDevice({ walletUrl, keys: await generateDeviceKeys() });
  await device.register({ ticket: issued?.ticket ?? '', pin: '1234', name: 'Téléphone' });
  return device;
}

describe('the service on its port', () => {
  it('queues one notification in the trace of the login, and tells the waiting page of the answer', async () => {
    const device = await enrolPhone();
    const traceId = randomBytes(16).toString('hex');
    const id = await openLogin(`00-${traceId}-${randomBytes(8).toString('hex')}-01`);
    const { cookie, page } = await identify(id, nationalId);
    expect(page.status).toBe(303);

    const redis = await openRedis(inject('redisUrl'), 'queue', () => undefined);
    const queue = new Queue(notificationQueue, { connection: redis, prefix: queuePrefix });
    const jobId = notificationJobId({ approvalId: id, deviceId: device.id ?? '' });
    const job = await queue.getJob(jobId);
    expect(job?.data).toMatchObject({ approvalId: id, deviceId: device.id });
    expect(job?.data.traceparent).toContain(traceId);
    expect(job?.opts.attempts).toBeGreaterThan(1);
    await queue.remove(jobId);
    await queue.close();
    redis.disconnect();

    const events = await fetch(`${walletUrl}/login/${id}/events`, { headers: { cookie } });
    expect(events.headers.get('content-type')).toBe('text/event-stream');
    const answered = await device.answer({ id, clientId: 'agenda' }, { decision: 'report' });
    expect(answered).toEqual({ ok: true, value: 'reported' });
    expect(await events.text()).toMatch(/data: reported\n\n$/);
    const metrics = await (await fetch(`${walletUrl}/metrics`)).text();
    expect(metrics).toMatch(/login_decisions_total\{state="reported",[^}]*\} 1\n/);
  });

  it('gives the place of a waiting page back when the browser leaves', async () => {
    const id = await openLogin();
    const { cookie } = await identify(id, nationalId);
    const leaving = new AbortController();
    const listen = (signal?: AbortSignal) =>
      fetch(`${walletUrl}/login/${id}/events`, { headers: { cookie }, ...(signal ? { signal } : {}) });
    for (let tab = 0; tab < 4; tab++) expect((await listen(leaving.signal)).status).toBe(200);
    expect((await listen()).status).toBe(503);
    leaving.abort();
    await expect
      .poll(async () => {
        const response = await listen();
        await response.body?.cancel();
        return response.status;
      })
      .toBe(200);
  });

  it('says that it cannot check an identifier when the directory fails', async () => {
    const id = await openLogin();
    reachable = false;
    const { page } = await identify(id, nationalId);
    reachable = true;
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('Rien n’est perdu');
  });

  it('writes nothing personal or secret in its log', async () => {
    await expect.poll(() => logged).toContain('a professional reported a fraud');
    expect(logged).not.toContain(nationalId);
    expect(logged).not.toMatch(/192\.0\.2\.1|"1234"|psc_login|eyJ/);
  });

  it('stops although a page waits, and ends its stream', async () => {
    const id = await openLogin();
    const { cookie } = await identify(id, nationalId);
    const events = await fetch(`${walletUrl}/login/${id}/events`, { headers: { cookie } });
    const exit = once(service, 'exit');
    service.kill('SIGTERM');
    expect(await events.text()).not.toContain('expired');
    expect(await exit).toEqual([0, null]);
  });
});
