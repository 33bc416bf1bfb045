import { type ChildProcess, spawn } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRedisApprovals } from '@psc/approvals';
import { approvalProofType, lookupRequestSchema, lookupResponseSchema } from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { createServiceIdentity, requireCaller } from '@psc/runtime';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { createAuthority } from '@psc/test-pki';
import { callByWire, createHttpBrowser, createRelyingParty } from '@psc/testing';
import { openTestDatabase, type TestDatabase } from '@psc/testing/database';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { createEnsureSigningKeys } from '#src/use-cases/change-signing-keys.ts';
import { application, saveApplicationIn } from './testing/applications.ts';
import { camilleLambda } from './testing/camille-lambda.ts';
import { sealKeys, serviceKeys } from './testing/keys.ts';

const [port = 0, mtlsPort = 0] = await freePorts(2);
const authority = createAuthority({ subject: [{ CN: 'test authority' }] });
const server = authority.issue({ subject: [{ CN: 'localhost' }], names: ['localhost'] });
const address = `http://localhost:${port}`;
const issuer = `${address}/auth/realms/esante-wallet`;
const walletUrl = 'http://wallet.localhost:9';
const keys = {
  'oidc-provider': await serviceKeys(),
  'auth-broker': await serviceKeys(),
  'rpps-directory': await serviceKeys(),
};
const trust = Object.fromEntries(Object.entries(keys).map(([name, { publicKey }]) => [name, [publicKey]]));
const identityOf = (name: keyof typeof keys) =>
  createServiceIdentity({ name, key: keys[name].privateKey, trust, clock: systemClock });
const [approvalKeys, ownKeys] = [sealKeys(), sealKeys()];
const closing: (() => unknown)[] = [];
let database: TestDatabase;
let environment: Record<string, string>;
let service: ChildProcess;
let logged = '';

/** A register that answers over HTTP, to oidc-provider only. */
async function startDirectory(): Promise<string> {
  const directory = fastify();
  const only = { preHandler: requireCaller(await identityOf('rpps-directory'), ['oidc-provider']) };
  directory.post('/internal/professionals/lookup', only, async (request): Promise<unknown> => {
    const { nationalId } = lookupRequestSchema.parse(request.body);
    const known = nationalId === camilleLambda.nationalId;
    return lookupResponseSchema.parse({ professional: known ? camilleLambda : null });
  });
  closing.push(() => directory.close());
  return directory.listen({ port: 0 });
}

function start(change: Record<string, string> = {}): ChildProcess {
  const started = spawn(process.execPath, [new URL('./main.ts', import.meta.url).pathname], {
    env: { ...environment, ...change },
  });
  closing.push(() => started.kill('SIGKILL'));
  for (const stream of [started.stdout, started.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      logged += chunk;
    });
  }
  return started;
}

const statusOf = (path: string) =>
  fetch(address + path).then(
    ({ status }) => status,
    () => 0,
  );

beforeAll(async () => {
  database = await openTestDatabase(new URL('../migrations/', import.meta.url));
  closing.push(() => database.close());
  environment = {
    HOST: 'localhost',
    PORT: String(port),
    LOG_LEVEL: 'trace',
    SERVICE_KEY: JSON.stringify(keys['oidc-provider'].privateKey),
    SERVICE_TRUST: JSON.stringify(trust),
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    ISSUER: issuer,
    WALLET_URL: walletUrl,
    RPPS_DIRECTORY_URL: await startDirectory(),
    AUTH_BROKER_URL: 'http://localhost:9',
    APPROVAL_SEAL_KEYS: approvalKeys,
    SEAL_KEYS: ownKeys,
    COOKIE_KEYS: randomBytes(32).toString('base64url'),
    REGISTRY_REFRESH_SECONDS: '1',
    TEST_APPLICATIONS: 'accept',
    MTLS_PORT: String(mtlsPort),
    MTLS_CERTIFICATE: server.certificate,
    MTLS_KEY: server.key,
    CLIENT_CERTIFICATE_CA: authority.certificate,
  };
  service = start();
  await vi.waitUntil(async () => (await statusOf('/livez')) === 200, { timeout: 30_000 });
});

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

describe('the service on its port', () => {
  it('is not ready without signing keys, and is once they are there', async () => {
    expect(await statusOf('/readyz')).toBe(503);
    const signingKeys = createPostgresSigningKeys(database.postgres, createSeal(ownKeys));
    await createEnsureSigningKeys({ keys: signingKeys, generate: generateSigningKey })();
    await vi.waitUntil(async () => (await statusOf('/readyz')) === 200, { timeout: 10_000 });
  });

  it('logs a professional in whom the register knows, and counts it', async () => {
    const dossier = application({ clientId: 'dossier', loopbackRedirects: true });
    await saveApplicationIn(createPostgresApplications(database.postgres, createSeal(ownKeys)), dossier);
    const rp = await createRelyingParty({ issuer, clientId: 'dossier', clientSecret: dossier.secret });
    const browser = createHttpBrowser();
    const pending = await rp.begin({ login_hint: camilleLambda.nationalId });
    const id = await vi.waitUntil(
      async () =>
        /\/login\/([\w-]+)$/.exec((await browser.open(pending.url, { stopAt: walletUrl })).url)?.[1],
      { timeout: 10_000, interval: 200 },
    );

    const redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
    closing.push(() => redis.disconnect());
    const seal = createSeal(approvalKeys);
    const approvals = createRedisApprovals({ redis, subscriber: redis, seal, clock: systemClock });
    const returnCode = randomBytes(32).toString('base64url');
    const challenge = {
      nationalId: camilleLambda.nationalId,
      means: 'ecps',
      number: '42',
      browser: hash('sha256', returnCode, 'base64url'),
    } as const;
    await approvals.challenge(id, { ...challenge, challengedAt: Date.now() });
    const claims = {
      sub: camilleLambda.nationalId,
      approval: id,
      client: 'dossier',
      means: 'ecps',
      acr: 'eidas1',
      instrument: 'device-1',
      auth_time: Math.floor(Date.now() / 1000),
      browser: challenge.browser,
    };
    const authBroker = await identityOf('auth-broker');
    const proof = await authBroker.sign(approvalProofType, 'oidc-provider', claims, 60);
    await approvals.decide(id, { state: 'approved', proof });
    const resume = `${issuer}/protocol/openid-connect/auth/${id}?code=${returnCode}`;
    const { url } = await browser.open(resume, { stopAt: rp.redirectUri });
    const { tokens, userInfo } = await pending.finish(url);
    expect(userInfo.SubjectNameID).toBe(camilleLambda.nationalId);
    await rp.refresh(tokens.refresh_token ?? '');
    await rp.refresh(tokens.refresh_token ?? '').catch(() => undefined);

    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(metrics).toMatch(/logins_finished_total\{outcome="accepted",[^}]*\} 1\n/);
    expect(metrics).toContain('route="/auth/realms/esante-wallet/protocol/openid-connect/token"');

    await expect.poll(() => logged).toContain('"error":"invalid_grant"');
    const secrets = [camilleLambda.nationalId, 'LAMBDA', returnCode, dossier.secret, 'eyJ', 'psc_session'];
    for (const secret of [...secrets, tokens.access_token, new URL(url).searchParams.get('code') ?? '']) {
      expect(logged).not.toContain(secret);
    }
  });

  it('tells the log who failed to prove who they are, and why, and nothing of the secret', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'dossier' };
    const url = `${issuer}/protocol/openid-connect/token`;
    const { status } = await callByWire(url, { form: { ...form, client_secret: 'the-wrong-secret' } });
    expect(status).toBe(401);
    await expect.poll(() => logged).toContain('a client could not prove who it is');
    const line = logged.split('\n').find((each) => each.includes('a client could not prove who it is')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      client: 'dossier',
      method: 'client_secret_basic',
      reason: 'invalid secret provided',
    });
    expect(logged).not.toContain('the-wrong-secret');
  });

  it('listens over TLS as well, and learns there whose certificate a client has', async () => {
    const withCertificate = application({
      clientId: 'with-certificate',
      authentication: 'tls_client_auth',
      secret: '',
      certificateSubject: 'CN=dossier,C=FR',
    });
    const applications = createPostgresApplications(database.postgres, createSeal(ownKeys));
    await saveApplicationIn(applications, withCertificate);
    const certificate = authority.issue({
      subject: [{ C: 'FR' }, { CN: 'dossier' }],
      usages: ['clientAuth'],
    });
    const url = `https://localhost:${mtlsPort}/auth/realms/esante-wallet/protocol/openid-connect/token/introspect`;
    const form = { token: 'x', client_id: 'with-certificate' };
    const ca = authority.certificate;
    await expect
      .poll(async () => (await callByWire(url, { form, ca, certificate })).json)
      .toEqual({ active: false });
    expect((await callByWire(url, { form, ca })).status).toBe(401);
  });

  it('stops when told to, and serves until then', async () => {
    const exit = once(service, 'exit');
    service.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(await statusOf('/livez')).toBe(0);
  });

  it('does not start with a wrong configuration, and says all that is wrong', async () => {
    logged = '';
    const wrong = start({ ISSUER: 'http://auth.example/', COOKIE_KEYS: 'short', PORT: '' });
    expect(await once(wrong, 'exit')).toEqual([1, null]);
    for (const name of ['ISSUER', 'COOKIE_KEYS', 'PORT']) expect(logged).toContain(`- ${name}`);
    expect(logged).not.toContain('short');
  });
});
