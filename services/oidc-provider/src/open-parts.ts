import { createRedisApprovals, defaultLifetimes } from '@psc/approvals';
import { type ApplicationCallJob, applicationCallQueue, queuePrefix } from '@psc/contracts';
import { createSeal, openPostgres, openRedis, traceRedis } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { createGuardedFetch, guardSettings } from '@psc/outgoing';
import { createPseudonym, createRedisQuotas } from '@psc/quotas';
import { createServiceClient, type Life, type Logger, type ServiceIdentity } from '@psc/runtime';
import { Queue } from 'bullmq';
import { createBullmqApplicationCalls } from '#src/adapters/application-calls.bullmq.ts';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { createHttpChallenges } from '#src/adapters/challenges.http.ts';
import { createHttpDirectory } from '#src/adapters/directory.http.ts';
import { createHttpRegisterEvents } from '#src/adapters/register-events.http.ts';
import { createRedisRegisterNews } from '#src/adapters/register-news.redis.ts';
import { createPostgresRegistry } from '#src/adapters/registry.postgres.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { createRedisStore } from '#src/engine/store.redis.ts';
import type { Parts } from './compose.ts';
import type { Config } from './config.ts';

/** Opens the real parts: PostgreSQL, Redis, rpps-directory. `life` closes them in reverse order. */
export async function openParts(
  config: Config,
  identity: ServiceIdentity,
  life: Life,
  logger: Logger,
): Promise<{ parts: Omit<Parts, 'metrics'>; datastoresAnswer: () => Promise<void> }> {
  const clock = systemClock;
  const onError = (error: Error) => logger.error({ err: error }, 'a datastore failed');
  const rppsDirectory = createServiceClient({
    baseUrl: config.RPPS_DIRECTORY_URL,
    audience: 'rpps-directory',
    identity,
    timeoutMs: 3_000,
  });
  // It asks rpps-directory too before it answers.
  const authBroker = createServiceClient({
    baseUrl: config.AUTH_BROKER_URL,
    audience: 'auth-broker',
    identity,
    timeoutMs: 5_000,
  });

  const postgres = openPostgres({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, onError });
  life.onStop('PostgreSQL', () => postgres.close());
  life.onStop('Redis traces', traceRedis());
  const redis = await openRedis(config.REDIS_URL, 'commands', onError);
  life.onStop('Redis commands', () => redis.disconnect());
  const subscriber = await openRedis(config.REDIS_URL, 'subscriber', onError);
  life.onStop('Redis subscriber', () => subscriber.disconnect());

  const producer = await openRedis(config.REDIS_URL, 'queue', onError);
  life.onStop('Redis queue', () => producer.disconnect());
  const queue = new Queue<ApplicationCallJob>(applicationCallQueue, {
    connection: producer,
    prefix: queuePrefix,
  });
  queue.on('error', onError);
  life.onStop('queue', () => queue.close());

  const approvals = createRedisApprovals({
    redis,
    subscriber,
    seal: createSeal(config.APPROVAL_SEAL_KEYS),
    clock,
    lifetimes: { ...defaultLifetimes, opened: config.LOGIN_PAGE_SECONDS * 1000 },
  });
  life.onStop('approvals', () => approvals.close());

  const outgoing = createGuardedFetch(guardSettings(config));
  life.onStop('outgoing calls', () => outgoing.close());

  const seal = createSeal(config.SEAL_KEYS);
  const store = createRedisStore({ redis, seal, clock }, { sessionIdleSeconds: config.SESSION_IDLE_SECONDS });
  const registry = createPostgresRegistry(postgres, seal, (what) =>
    logger.error({ what }, 'left out: it cannot be read'),
  );
  return {
    parts: {
      approvals,
      store,
      applicationCalls: createBullmqApplicationCalls(queue),
      quotas: createRedisQuotas(redis),
      pseudonym: createPseudonym(seal),
      outgoing,
      registry,
      signingKeys: createPostgresSigningKeys(postgres, seal),
      applications: createPostgresApplications(postgres, seal),
      directory: createHttpDirectory(rppsDirectory),
      registerEvents: createHttpRegisterEvents(rppsDirectory),
      registerNews: createRedisRegisterNews(redis, subscriber),
      challenges: createHttpChallenges(authBroker),
      identity,
      logger,
      clock,
    },
    async datastoresAnswer() {
      await Promise.all([redis.ping(), postgres.query('SELECT 1')]);
    },
  };
}
