import { hash, randomBytes } from 'node:crypto';
import { type Approvals, createRedisApprovals } from '@psc/approvals';
import { approvalProofType } from '@psc/contracts';
import { createSeal, openRedis, type Postgres } from '@psc/datastores';
import { systemClock, Unavailable } from '@psc/kernel';
import { createHttpServer, createLogger, createMetrics } from '@psc/runtime';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { createHttpBrowser, createRelyingParty, type HttpBrowser, type Page } from '@psc/testing';
import { openTestDatabase } from '@psc/testing/database';
import type { Redis } from 'ioredis';
import { inject } from 'vitest';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { createPostgresRegistry } from '#src/adapters/registry.postgres.ts';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { compose, type Settings } from '#src/compose.ts';
import type { Application } from '#src/domain/application.ts';
import type { Professional } from '#src/domain/professional.ts';
import { endpoints } from '#src/engine/endpoints.ts';
import type { Engine } from '#src/engine/engine.ts';
import { createRedisStore } from '#src/engine/store.redis.ts';
import { createEnsureSigningKeys } from '#src/use-cases/ensure-signing-keys.ts';
import { application } from './applications.ts';
import { camilleLambda } from './camille-lambda.ts';
import { createTestIdentities, sealKeys } from './keys.ts';

export const callback = 'http://127.0.0.1:9/callback';

/** The service over HTTP, on real datastores, with a register of the test's own. The test plays the wallet. */
export interface World {
  readonly issuer: string;
  readonly walletUrl: string;
  readonly redis: Redis;
  readonly postgres: Postgres;
  readonly approvals: Approvals;
  readonly engine: Engine;
  losePostgres(): Promise<void>;
  /** SEAL_KEYS of this service. */
  readonly sealKeys: string;
  /** The people of the register, by national identifier. */
  readonly people: Map<string, Professional>;
  readonly directory: { down: boolean };
  saveApplication(change: Partial<Application> & { clientId: string }): Promise<Application>;
  relyingParty(clientId?: string): ReturnType<typeof createRelyingParty>;
  browser(): HttpBrowser;
  /** Calls an endpoint below the issuer as an application does: a form, the secret in the header. */
  call(path: string, form: Readonly<Record<string, string>>, options?: CallOptions): Promise<Answer>;
  userInfo(accessToken: string, method?: 'GET' | 'POST'): Promise<Answer>;
  /** Opens an authorization URL; answers the handle that the wallet gets. */
  leave(browser: HttpBrowser, url: string): Promise<string>;
  /** Types the identifier in the wallet and approves on the phone; answers the address where the wallet sends back. */
  approve(id: string, change?: Approving): Promise<string>;
  /** The whole of it: what the application's callback receives. */
  login(browser: HttpBrowser, url: string, change?: Approving): Promise<string>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** `dossier` unless said otherwise; null authenticates nobody. */
  readonly clientId?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of JSON, it asserts.
  readonly json: any;
  readonly text: string;
}

export interface Approving {
  readonly nationalId?: string;
  readonly means?: 'ecps' | 'cps';
  readonly authTime?: number;
  /** Replaces claims of the proof. */
  readonly claims?: object;
  readonly forged?: boolean;
}

export async function openWorld(change: Partial<Settings> = {}, redisDatabase = 12): Promise<World> {
  const [port = 0] = await freePorts(1);
  const walletUrl = 'http://wallet.localhost:9';
  const database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  const { postgres } = database;
  const redisUrl = new URL(inject('redisUrl'));
  redisUrl.pathname = `/${redisDatabase}`;
  const [redis, subscriber] = await Promise.all([
    openRedis(redisUrl.href, 'commands', () => undefined),
    openRedis(redisUrl.href, 'subscriber', () => undefined),
  ]);
  const clock = systemClock;
  const ownSealKeys = sealKeys();
  const seal = createSeal(ownSealKeys);
  const identities = await createTestIdentities();

  const signingKeys = createPostgresSigningKeys(postgres, seal);
  await createEnsureSigningKeys({ keys: signingKeys, generate: generateSigningKey })();
  const applications = createPostgresApplications(postgres, seal);
  const known = new Map<string, Application>();
  async function saveApplication(described: Partial<Application> & { clientId: string }) {
    const saved = application(described);
    await applications.save(saved);
    known.set(saved.clientId, saved);
    return saved;
  }
  await saveApplication({ clientId: 'dossier', loopbackRedirects: true });
  await saveApplication({ clientId: 'agenda', loopbackRedirects: true, idTokenAlg: 'ES256', acr: 'eidas3' });
  await saveApplication({ clientId: 'mobile', loopbackRedirects: true, authentication: 'none', secret: '' });

  const settings: Settings = {
    ISSUER: `http://localhost:${port}/auth/realms/esante-wallet`,
    WALLET_URL: walletUrl,
    COOKIE_KEYS: [randomBytes(32).toString('base64url')],
    SUBJECT_STORE_UUID: '550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd',
    ACCESS_TOKEN_SECONDS: 120,
    ID_TOKEN_SECONDS: 120,
    AUTHORIZATION_CODE_SECONDS: 60,
    REFRESH_TOKEN_SECONDS: 1800,
    SESSION_IDLE_SECONDS: 1800,
    SESSION_MAX_SECONDS: 14_400,
    LOGIN_PAGE_SECONDS: 600,
    PROFESSIONAL_FRESH_SECONDS: 0,
    REGISTRY_REFRESH_SECONDS: 300,
    ...change,
  };

  const people = new Map([[camilleLambda.nationalId, camilleLambda as Professional]]);
  const directory = {
    down: false,
    async find(nationalId: string) {
      if (directory.down) throw new Unavailable('directory_unavailable', 'down');
      return people.get(nationalId);
    },
  };
  const approvals = createRedisApprovals({ redis, subscriber, seal: createSeal(sealKeys()), clock });
  const logger = createLogger({ service: 'oidc-provider', level: 'silent' });
  const metrics = createMetrics('oidc-provider');
  const app = createHttpServer({ logger, metrics, isReady: async () => true, trustedProxies: [] });
  const engine = await compose(
    app,
    {
      approvals,
      store: createRedisStore({ redis, seal, clock }, { sessionIdleSeconds: settings.SESSION_IDLE_SECONDS }),
      registry: createPostgresRegistry(postgres, seal, () => undefined),
      directory,
      identity: identities.oidcProvider,
      logger,
      metrics,
      clock,
    },
    settings,
  );
  await app.listen({ host: 'localhost', port });

  async function ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(settings.ISSUER + path, { ...init, redirect: 'manual' });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const { status, headers } = response;
    return { status, headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  async function leave(browser: HttpBrowser, url: string): Promise<string> {
    const page = await browser.open(url, { stopAt: walletUrl });
    const [, id] = /\/login\/([\w-]+)$/.exec(page.url) ?? [];
    if (id === undefined) throw new Error(`not sent to the wallet, but: ${page.status} ${page.text}`);
    return id;
  }

  async function approve(id: string, approving: Approving = {}): Promise<string> {
    const { nationalId = camilleLambda.nationalId, means = 'ecps' } = approving;
    const returnCode = randomBytes(32).toString('base64url');
    const digest = hash('sha256', returnCode, 'base64url');
    const challengedAt = clock();
    const challenged = await approvals.challenge(id, {
      nationalId,
      means,
      number: '42',
      browser: digest,
      challengedAt,
    });
    if (!challenged.ok) throw new Error(challenged.refusal);
    const { request } = challenged.value;
    const signer = approving.forged ? identities.impostor : identities.authBroker;
    const proof = await signer.sign(
      approvalProofType,
      'oidc-provider',
      {
        sub: nationalId,
        approval: id,
        client: request.clientId,
        means,
        acr: request.acr,
        instrument: 'device-1',
        auth_time: approving.authTime ?? Math.floor(clock() / 1000),
        browser: digest,
        ...approving.claims,
      },
      120,
    );
    const decided = await approvals.decide(id, { state: 'approved', proof });
    if (!decided.ok) throw new Error(decided.refusal);
    return `${request.returnTo}?code=${returnCode}`;
  }

  return {
    issuer: settings.ISSUER,
    walletUrl,
    redis,
    postgres,
    approvals,
    engine,
    sealKeys: ownSealKeys,
    losePostgres: database.lose,
    people,
    directory,
    saveApplication,
    relyingParty(clientId = 'dossier') {
      const secret = known.get(clientId)?.secret ?? '';
      return createRelyingParty({ issuer: settings.ISSUER, clientId, clientSecret: secret });
    },
    browser: () => createHttpBrowser(),
    call(path, form, { clientId = 'dossier', headers = {} } = {}) {
      const secret = known.get(clientId ?? '')?.secret;
      const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
      return ask(path, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { ...(secret ? { authorization: `Basic ${basic}` } : {}), ...headers },
      });
    },
    userInfo: (accessToken, method = 'GET') =>
      ask(endpoints.userinfo, { method, headers: { authorization: `Bearer ${accessToken}` } }),
    leave,
    approve,
    async login(browser, url, approving) {
      const back = await approve(await leave(browser, url), approving);
      const page: Page = await browser.open(back, { stopAt: callback });
      if (!page.url.startsWith(callback)) throw new Error(`not back: ${page.status} ${page.text}`);
      return page.url;
    },
    async close() {
      await app.close();
      await approvals.close();
      redis.disconnect();
      subscriber.disconnect();
      await database.close();
    },
  };
}
