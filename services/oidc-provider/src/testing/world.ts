import { hash, randomBytes } from 'node:crypto';
import type { RegisterEvent } from '@psc/contracts';
import { createSeal, type Postgres } from '@psc/datastores';
import { systemClock, Unavailable } from '@psc/kernel';
import { createGuardedFetch, guardSettings, outgoingConfig } from '@psc/outgoing';
import { parseConfig } from '@psc/runtime';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { createHttpBrowser, createRelyingParty, type HttpBrowser, type Page } from '@psc/testing';
import { openTestDatabase } from '@psc/testing/database';
import { inject } from 'vitest';
import { z } from 'zod';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import type { Settings } from '#src/compose.ts';
import type { Application } from '#src/domain/application.ts';
import type { Professional } from '#src/domain/professional.ts';
import { createEnsureSigningKeys } from '#src/use-cases/change-signing-keys.ts';
import { application, saveApplicationIn } from './applications.ts';
import { type Approving, type AuthBroker, createAuthBroker } from './auth-broker.ts';
import { camilleLambda } from './camille-lambda.ts';
import { createTestIdentities, sealKeys } from './keys.ts';
import { type Answer, openReplica, type Replica } from './replica.ts';

export const callback = 'http://127.0.0.1:9/callback';

/** The service over HTTP, on real datastores, with a register of the test's own. The test plays the wallet. */
export interface World extends Replica {
  readonly issuer: string;
  readonly walletUrl: string;
  readonly postgres: Postgres;
  losePostgres(): Promise<void>;
  /** So many replicas of the service, on the same datastores: the world's own, which is the issuer, is the first. */
  openReplicas(count: number): Promise<readonly Replica[]>;
  /** SEAL_KEYS of this service. */
  readonly sealKeys: string;
  /** The people of the register, by national identifier. */
  readonly people: Map<string, Professional>;
  readonly directory: { down: boolean; readonly unreadable: Set<string> };
  /** What happened in the register. */
  readonly registerEvents: RegisterEvent[];
  readonly authBroker: AuthBroker;
  /** POST as another service does. */
  callAs(service: 'authBroker' | 'notificationWorker', path: string, body?: object): Promise<Answer>;
  saveApplication(change: Partial<Application> & { clientId: string }): Promise<Application>;
  relyingParty(clientId?: string): ReturnType<typeof createRelyingParty>;
  browser(): HttpBrowser;
  /** Opens an authorization URL; answers the handle that the wallet gets. */
  leave(browser: HttpBrowser, url: string): Promise<string>;
  /** Types the identifier in the wallet and approves on the phone; answers the address where the wallet sends back. */
  approve(id: string, change?: Approving): Promise<string>;
  /** Asks an internal route as another service does; null says nothing of who asks. */
  ask(path: string, caller?: 'notification-worker' | 'auth-broker' | null): Promise<Response>;
  /** The whole of it: what the application's callback receives. */
  login(browser: HttpBrowser, url: string, change?: Approving): Promise<string>;
}

const outgoingToThisMachine = {
  OUTGOING_ALLOWED_HOSTS: 'http://127.0.0.1:*,127.0.0.1:*',
  OUTGOING_PRIVATE_NETWORKS: '127.0.0.1',
};

/** Far more than tests call. */
const noLimits = {
  CLIENT_FAILURES: 10_000,
  CLIENT_FAILURES_PER_ADDRESS: 10_000,
  CLIENT_LOCKOUT_SECONDS: 60,
  CLIENT_CALLS_PER_MINUTE: 1_000_000,
  CLIENT_CALLS_PER_ADDRESS_PER_MINUTE: 1_000_000,
  LOGINS_PER_ADDRESS_PER_MINUTE: 1_000_000,
};

export async function openWorld(change: Partial<Settings> = {}, redisDatabase = 12): Promise<World> {
  const [port = 0] = await freePorts(1);
  const walletUrl = 'http://wallet.localhost:9';
  const database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  const { postgres } = database;
  const redisUrl = new URL(inject('redisUrl'));
  redisUrl.pathname = `/${redisDatabase}`;
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
    await saveApplicationIn(applications, saved);
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
    SEAL_KEYS: ownSealKeys,
    SUBJECT_STORE_UUID: '550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd',
    ACCESS_TOKEN_SECONDS: 120,
    ID_TOKEN_SECONDS: 120,
    AUTHORIZATION_CODE_SECONDS: 60,
    REFRESH_TOKEN_SECONDS: 1800,
    SESSION_IDLE_SECONDS: 1800,
    SESSION_MAX_SECONDS: 14_400,
    LOGIN_PAGE_SECONDS: 600,
    CIBA_INTERVAL_SECONDS: 1,
    PROFESSIONAL_FRESH_SECONDS: 0,
    REGISTRY_REFRESH_SECONDS: 300,
    TEST_APPLICATIONS: 'accept',
    REGISTRATIONS_PER_ADDRESS_PER_MINUTE: 1_000_000,
    ...noLimits,
    TRUSTED_PROXIES: [],
    DOCUMENTS_MAX_AGE_SECONDS: 300,
    SIGNING_KEY_ROTATION: 'by-command',
    SIGNING_KEY_CHECK_SECONDS: 60,
    SIGNING_KEY_PUBLISHED_SECONDS: 86_400,
    SIGNING_KEY_SIGNS_SECONDS: 7_776_000,
    SIGNING_KEY_RETIRED_SECONDS: 604_800,
    ...change,
  };

  const people = new Map([[camilleLambda.nationalId, camilleLambda as Professional]]);
  const directory = {
    down: false,
    unreadable: new Set<string>(),
    async find(nationalId: string) {
      if (directory.down) throw new Unavailable('directory_unavailable', 'down');
      // What breaks rpps-directory is seen here as an answer that does not come.
      if (directory.unreadable.has(nationalId)) throw new Unavailable('service_unavailable', 'unreadable');
      return people.get(nationalId);
    },
  };
  const registerEvents: RegisterEvent[] = [];
  const outgoing = createGuardedFetch({
    ...guardSettings(parseConfig(z.object(outgoingConfig), outgoingToThisMachine)),
    timeoutMs: 1_000,
  });
  const authBroker = createAuthBroker(() => own.approvals, identities);
  const shared = {
    settings,
    databaseUrl: database.url,
    redisUrl: redisUrl.href,
    approvalSealKeys: sealKeys(),
    identity: identities.oidcProvider,
    directory,
    registerEvents: {
      async read({ first, last }: { first: number; last: number }) {
        if (directory.down) throw new Unavailable('directory_unavailable', 'down');
        return registerEvents.filter(({ id }) => id >= first && id <= last);
      },
    },
    challenges: authBroker,
    outgoing,
    secretOf: (clientId: string) => known.get(clientId)?.secret,
  };
  const own: Replica = await openReplica(shared, port);
  const others: Replica[] = [];
  const { approvals } = own;

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
    const proof = await authBroker.prove(challenged.value, digest, { nationalId, means, ...approving });
    const decided = await approvals.decide(id, { state: 'approved', proof });
    if (!decided.ok) throw new Error(decided.refusal);
    return `${request.returnTo}?code=${returnCode}`;
  }

  return {
    ...own,
    issuer: settings.ISSUER,
    walletUrl,
    postgres,
    async openReplicas(count) {
      for (const free of await freePorts(Math.max(0, count - 1 - others.length))) {
        others.push(await openReplica(shared, free));
      }
      return [own, ...others].slice(0, count);
    },
    sealKeys: ownSealKeys,
    losePostgres: database.lose,
    people,
    directory,
    registerEvents,
    authBroker,
    async callAs(service, path, body) {
      const token = await identities[service].tokenFor('oidc-provider');
      const json = body && { 'content-type': 'application/json' };
      const response = await fetch(new URL(path, settings.ISSUER), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...json },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      const { status, headers } = response;
      return { status, headers, text, json: JSON.parse(text) };
    },
    saveApplication,
    relyingParty(clientId = 'dossier') {
      const secret = known.get(clientId)?.secret ?? '';
      return createRelyingParty({ issuer: settings.ISSUER, clientId, clientSecret: secret });
    },
    browser: () => createHttpBrowser(),
    leave,
    approve,
    async login(browser, url, approving) {
      const back = await approve(await leave(browser, url), approving);
      const page: Page = await browser.open(back, { stopAt: callback });
      if (!page.url.startsWith(callback)) throw new Error(`not back: ${page.status} ${page.text}`);
      return page.url;
    },
    async ask(path, caller = 'notification-worker') {
      const identity = caller === 'auth-broker' ? identities.authBroker : identities.notificationWorker;
      const token = await identity.tokenFor('oidc-provider');
      const headers = caller === null ? {} : { authorization: `Bearer ${token}` };
      return fetch(new URL(path, settings.ISSUER), { method: 'POST', headers });
    },
    async close() {
      await Promise.all([own, ...others].map((replica) => replica.close()));
      await database.close();
    },
  };
}
