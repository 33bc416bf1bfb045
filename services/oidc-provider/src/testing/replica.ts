import { type Approvals, createRedisApprovals } from '@psc/approvals';
import { type ApplicationCallJob, applicationCallQueue, queuePrefix } from '@psc/contracts';
import { createSeal, openPostgres, openRedis, type Postgres } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { createPseudonym, createRedisQuotas } from '@psc/quotas';
import { createHttpServer, createLogger, createMetrics, type ServiceIdentity } from '@psc/runtime';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { createBullmqApplicationCalls } from '#src/adapters/application-calls.bullmq.ts';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { createRedisRegisterNews } from '#src/adapters/register-news.redis.ts';
import { createPostgresRegistry } from '#src/adapters/registry.postgres.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { listenForCertificates } from '#src/client-auth.ts';
import { compose, type Settings } from '#src/compose.ts';
import { endpoints } from '#src/engine/endpoints.ts';
import type { Engine } from '#src/engine/engine.ts';
import { createRedisStore } from '#src/engine/store.redis.ts';
import type { EngineStore } from '#src/engine/store.ts';
import type { Challenges } from '#src/ports/challenges.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';

/** What the replicas of one service have in common. */
export interface Shared {
  readonly settings: Settings;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly approvalSealKeys: string;
  readonly identity: ServiceIdentity;
  readonly directory: Directory;
  readonly registerEvents: RegisterEvents;
  readonly challenges: Challenges;
  /** Calls this machine too. */
  readonly outgoing: typeof fetch;
  /** How an application proves who it is. */
  secretOf(clientId: string): string | undefined;
}

/** The service as one process runs it: a port, a pool and connections of its own. Whom it says it is, all say. */
export interface Replica {
  readonly engine: Engine;
  readonly redis: Redis;
  readonly approvals: Approvals;
  /** The calls that are owed to applications: what notification-worker takes them from. */
  readonly calls: Queue<ApplicationCallJob>;
  readonly store: EngineStore;
  /** The same address, at this replica: what a load balancer would do. */
  at(url: string): string;
  /** Calls an endpoint below the issuer as an application does: a form, the secret in the header. */
  call(path: string, form: Readonly<Record<string, string>> | string, options?: CallOptions): Promise<Answer>;
  userInfo(accessToken: string, method?: 'GET' | 'POST'): Promise<Answer>;
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

export async function openReplica(shared: Shared, port: number): Promise<Replica> {
  const { settings, databaseUrl, redisUrl } = shared;
  const onError = () => undefined;
  const clock = systemClock;
  const seal = createSeal(settings.SEAL_KEYS);
  const postgres: Postgres = openPostgres({ url: databaseUrl, poolSize: 4, onError });
  const [redis, subscriber] = await Promise.all([
    openRedis(redisUrl, 'commands', onError),
    openRedis(redisUrl, 'subscriber', onError),
  ]);
  const approvals = createRedisApprovals({
    redis,
    subscriber,
    seal: createSeal(shared.approvalSealKeys),
    clock,
  });
  const queue = new Queue<ApplicationCallJob>(applicationCallQueue, {
    connection: redis,
    prefix: queuePrefix,
  });
  const logger = createLogger({ service: 'oidc-provider', level: 'silent' });
  const metrics = createMetrics('oidc-provider');
  const app = createHttpServer({
    logger,
    metrics,
    isReady: async () => true,
    trustedProxies: settings.TRUSTED_PROXIES,
  });
  const store = createRedisStore(
    { redis, seal, clock },
    { sessionIdleSeconds: settings.SESSION_IDLE_SECONDS },
  );
  const engine = await compose(
    app,
    {
      approvals,
      store,
      applicationCalls: createBullmqApplicationCalls(queue),
      quotas: createRedisQuotas(redis),
      pseudonym: createPseudonym(seal),
      outgoing: shared.outgoing,
      registry: createPostgresRegistry(postgres, seal, onError),
      signingKeys: createPostgresSigningKeys(postgres, seal),
      applications: createPostgresApplications(postgres, seal),
      directory: shared.directory,
      registerEvents: shared.registerEvents,
      registerNews: createRedisRegisterNews(redis, subscriber),
      challenges: shared.challenges,
      identity: shared.identity,
      logger,
      metrics,
      clock,
    },
    settings,
  );
  await app.listen({ host: 'localhost', port });
  const stopMutualTls = await listenForCertificates(app, { HOST: 'localhost', ...settings });

  const at = (url: string) => Object.assign(new URL(url), { port }).href;
  async function ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(at(settings.ISSUER + path), { ...init, redirect: 'manual' });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const { status, headers } = response;
    return { status, headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  return {
    engine,
    redis,
    approvals,
    calls: queue,
    store,
    at,
    call(path, form, { clientId = 'dossier', headers = {} } = {}) {
      const secret = clientId === null ? undefined : shared.secretOf(clientId);
      const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
      return ask(path, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { ...(secret ? { authorization: `Basic ${basic}` } : {}), ...headers },
      });
    },
    userInfo: (accessToken, method = 'GET') =>
      ask(endpoints.userinfo, { method, headers: { authorization: `Bearer ${accessToken}` } }),
    async close() {
      await stopMutualTls();
      await app.close();
      await approvals.close();
      await queue.close();
      redis.disconnect();
      subscriber.disconnect();
      await postgres.close();
    },
  };
}
