import { createRedisApprovals } from '@psc/approvals';
import { createSeal, openPostgres, openRedis, traceRedis } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { createGuardedFetch, guardSettings } from '@psc/outgoing';
import { createServiceClient, type Life, type ServiceIdentity } from '@psc/runtime';
import { createGuardedApplications } from '#src/adapters/applications.guarded.ts';
import { createPostgresDeliveries } from '#src/adapters/deliveries.postgres.ts';
import { createPostgresMessageDeliveries } from '#src/adapters/message-deliveries.postgres.ts';
import { createHttpOwedCalls } from '#src/adapters/owed-calls.http.ts';
import { createHttpOwedMessages } from '#src/adapters/owed-messages.http.ts';
import { createHttpPushSubscriptions } from '#src/adapters/push-subscriptions.http.ts';
import { createWebPushes } from '#src/adapters/pushes.web-push.ts';
import { createHttpRegisterTargets } from '#src/adapters/register-targets.http.ts';
import { applicationCalls } from '#src/worker/application-calls.ts';
import { messages } from '#src/worker/messages.ts';
import { notifications } from '#src/worker/notifications.ts';
import { createQueueView } from '#src/worker/queue-view.ts';
import { registerEvents } from '#src/worker/register-events.ts';
import type { Parts } from './compose.ts';
import type { Config } from './config.ts';
import { openChannels } from './open-channels.ts';

const SERVICE_TIMEOUT_MS = 3_000;
/** Two hundred events, each with a question or two to rpps-directory. */
const REGISTER_EVENTS_TIMEOUT_MS = 20_000;
const PUSH_TIMEOUT_MS = 5_000;

/** Opens the real parts: PostgreSQL, Redis, the queues, the other services, the way out. `life` closes them in reverse order. */
export async function openParts(
  config: Config,
  identity: ServiceIdentity,
  life: Life,
  onError: (error: Error) => void,
): Promise<{ parts: Parts; isReady: () => Promise<boolean> }> {
  const clock = systemClock;
  const ask = (audience: string, baseUrl: string, timeoutMs = SERVICE_TIMEOUT_MS) =>
    createServiceClient({ baseUrl, audience, identity, timeoutMs });
  const authBroker = ask('auth-broker', config.AUTH_BROKER_URL);
  const oidcProvider = ask('oidc-provider', config.OIDC_PROVIDER_URL);

  const postgres = openPostgres({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, onError });
  life.onStop('PostgreSQL', () => postgres.close());

  life.onStop('Redis traces', traceRedis());
  const open = async (use: 'commands' | 'subscriber' | 'queue' | 'worker') => {
    const redis = await openRedis(config.REDIS_URL, use, onError);
    life.onStop(`Redis ${use}`, () => redis.disconnect());
    return redis;
  };
  const commands = await open('commands');
  const approvals = createRedisApprovals({
    redis: commands,
    subscriber: await open('subscriber'),
    seal: createSeal(config.APPROVAL_SEAL_KEYS),
    clock,
  });
  life.onStop('approvals', () => approvals.close());

  const queueRedis = await open('queue');
  const queues = {
    notifications: createQueueView(queueRedis, notifications),
    applicationCalls: createQueueView(queueRedis, applicationCalls),
    registerEvents: createQueueView(queueRedis, registerEvents),
    messages: createQueueView(queueRedis, messages),
  };
  for (const queue of Object.values(queues)) life.onStop('queue', () => queue.close());

  const pushes = createWebPushes({
    vapid: {
      subject: config.VAPID_SUBJECT,
      publicKey: config.VAPID_PUBLIC_KEY,
      privateKey: config.VAPID_PRIVATE_KEY,
    },
    allowedHosts: config.PUSH_ALLOWED_ORIGINS,
    privateAddresses: config.PUSH_PRIVATE_ADDRESSES,
    timeoutMs: PUSH_TIMEOUT_MS,
    clock,
  });
  life.onStop('push services', () => pushes.close());

  const guardedFetch = createGuardedFetch(guardSettings(config));
  life.onStop('applications', () => guardedFetch.close());

  const parts: Parts = {
    approvals,
    subscriptions: createHttpPushSubscriptions(authBroker),
    pushes,
    deliveries: createPostgresDeliveries(postgres),
    owedCalls: createHttpOwedCalls(oidcProvider),
    applications: createGuardedApplications(guardedFetch, clock),
    owedMessages: createHttpOwedMessages(authBroker),
    ...openChannels(config, life, clock),
    messageDeliveries: createPostgresMessageDeliveries(postgres),
    registerTargets: createHttpRegisterTargets({
      'oidc-provider': ask('oidc-provider', config.OIDC_PROVIDER_URL, REGISTER_EVENTS_TIMEOUT_MS),
      'auth-broker': ask('auth-broker', config.AUTH_BROKER_URL, REGISTER_EVENTS_TIMEOUT_MS),
    }),
    redis: await open('worker'),
    queues,
    clock,
  };
  // Without PostgreSQL the phones still ring: only the record is missing. An SMTP server that is down is nobody's login.
  const isReady = async () => (await commands.ping()) === 'PONG';
  return { parts, isReady };
}
