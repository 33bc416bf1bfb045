import { createRedisApprovals, defaultLifetimes } from '@psc/approvals';
import {
  type ApplicationCallJob,
  applicationCallQueue,
  type MessageJob,
  messageQueue,
  type NotificationJob,
  notificationQueue,
  queuePrefix,
} from '@psc/contracts';
import { createSeal, openPostgres, openRedis, traceRedis } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { createPseudonym, createRedisQuotas } from '@psc/quotas';
import { createServiceClient, type Life, type ServiceIdentity } from '@psc/runtime';
import { Queue } from 'bullmq';
import { createBullmqApplicationCalls } from '#src/adapters/application-calls.bullmq.ts';
import { createPostgresDevices } from '#src/adapters/devices.postgres.ts';
import { createHttpDirectory } from '#src/adapters/directory.http.ts';
import { createPostgresFraudReports } from '#src/adapters/fraud-reports.postgres.ts';
import { createBullmqMessages } from '#src/adapters/messages.bullmq.ts';
import { createBullmqNotifications } from '#src/adapters/notifications.bullmq.ts';
import { createPostgresOwedMessages } from '#src/adapters/owed-messages.postgres.ts';
import { createHmacPinVerifiers } from '#src/adapters/pin-verifiers.hmac.ts';
import { createHttpRegisterEvents } from '#src/adapters/register-events.http.ts';
import type { Parts } from './compose.ts';
import type { Config } from './config.ts';

/** Opens the real parts: PostgreSQL, Redis, the queue, rpps-directory. `life` closes them in reverse order. */
export async function openParts(
  config: Config,
  identity: ServiceIdentity,
  life: Life,
  onError: (error: Error) => void,
): Promise<{ parts: Omit<Parts, 'metrics'>; isReady: () => Promise<boolean> }> {
  const clock = systemClock;
  const directory = createServiceClient({
    baseUrl: config.RPPS_DIRECTORY_URL,
    audience: 'rpps-directory',
    identity,
    timeoutMs: 3_000,
  });

  const postgres = openPostgres({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, onError });
  life.onStop('PostgreSQL', () => postgres.close());

  life.onStop('Redis traces', traceRedis());
  const open = async (use: 'commands' | 'subscriber' | 'queue') => {
    const redis = await openRedis(config.REDIS_URL, use, onError);
    life.onStop(`Redis ${use}`, () => redis.disconnect());
    return redis;
  };
  const [redis, subscriber, producer] = [
    await open('commands'),
    await open('subscriber'),
    await open('queue'),
  ];

  function openQueue<Job>(name: string): Queue<Job> {
    const queue = new Queue<Job>(name, { connection: producer, prefix: queuePrefix });
    queue.on('error', onError);
    life.onStop(`queue ${name}`, () => queue.close());
    return queue;
  }

  const approvals = createRedisApprovals({
    redis,
    subscriber,
    seal: createSeal(config.APPROVAL_SEAL_KEYS),
    clock,
    lifetimes: { ...defaultLifetimes, challenged: config.CHALLENGE_SECONDS * 1000 },
  });
  life.onStop('approvals', () => approvals.close());

  const seal = createSeal(config.DEVICE_SEAL_KEYS);
  const parts = {
    approvals,
    devices: createPostgresDevices(postgres, seal),
    fraudReports: createPostgresFraudReports(postgres),
    quotas: createRedisQuotas(redis),
    pins: createHmacPinVerifiers(config.PIN_KEYS),
    directory: createHttpDirectory(directory),
    registerEvents: createHttpRegisterEvents(directory),
    notifications: createBullmqNotifications(openQueue<NotificationJob>(notificationQueue)),
    calls: createBullmqApplicationCalls(openQueue<ApplicationCallJob>(applicationCallQueue)),
    owedMessages: createPostgresOwedMessages(postgres, seal),
    messages: createBullmqMessages(openQueue<MessageJob>(messageQueue)),
    identity,
    pseudonym: createPseudonym(seal),
    clock,
  };
  const isReady = async () => {
    await Promise.all([redis.ping(), postgres.query('SELECT 1')]);
    return true;
  };
  return { parts, isReady };
}
