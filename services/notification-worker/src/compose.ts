import type { Approvals } from '@psc/approvals';
import type { Clock } from '@psc/kernel';
import { Counter, Gauge, Histogram, type Logger, type Registry } from '@psc/runtime';
import type { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Attempted } from '#src/domain/delivery.ts';
import type { Deliveries } from '#src/ports/deliveries.ts';
import type { PushSubscriptions } from '#src/ports/push-subscriptions.ts';
import type { Pushes } from '#src/ports/pushes.ts';
import { createDeliverNotification } from '#src/use-cases/deliver-notification.ts';
import { createForgetOldDeliveries } from '#src/use-cases/forget-old-deliveries.ts';
import { startNotificationWorker } from '#src/worker/notifications.worker.ts';
import type { QueueState, QueueView } from '#src/worker/queue-view.ts';

/** What the service is made of: real in `main.ts`, fakes or both in tests. */
export interface Parts {
  readonly approvals: Pick<Approvals, 'find'>;
  readonly subscriptions: PushSubscriptions;
  readonly pushes: Pushes;
  readonly deliveries: Deliveries;
  /** A connection for the worker. */
  readonly redis: Redis;
  readonly queue: QueueView;
  readonly clock: Clock;
}

export interface Settings {
  readonly WORKER_CONCURRENCY: number;
  readonly WORKER_SILENCE_SECONDS: number;
  readonly DELIVERIES_KEPT_DAYS: number;
}

const FORGET_EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** THE table: parts → use cases → worker. `close` waits for the notifications in flight. */
export function compose(
  parts: Parts,
  settings: Settings,
  logger: Logger,
  metrics: Registry,
): { worker: Worker; close(): Promise<void> } {
  const { approvals, subscriptions, pushes, deliveries, clock } = parts;
  const meters = createMeters(metrics, parts.queue);

  const deliver = createDeliverNotification({
    approvals,
    subscriptions,
    pushes,
    deliveries,
    onAttempted: meters.countAttempt,
    onDelivered: (afterMs) => meters.delay.observe(afterMs / 1000),
    onUnrecorded: (error) => logger.error({ err: error }, 'a delivery could not be recorded'),
    clock,
    random: Math.random,
  });
  const worker = startNotificationWorker({
    redis: parts.redis,
    deliver,
    logger,
    concurrency: settings.WORKER_CONCURRENCY,
    silenceMs: settings.WORKER_SILENCE_SECONDS * 1000,
  });

  const forgetOldDeliveries = createForgetOldDeliveries({
    deliveries,
    clock,
    keptMs: settings.DELIVERIES_KEPT_DAYS * DAY_MS,
  });
  const forget = () =>
    forgetOldDeliveries().then(
      (count) => logger.debug({ count }, 'old deliveries forgotten'),
      (error: unknown) => logger.error({ err: error }, 'old deliveries could not be forgotten'),
    );
  void forget();
  const timer = setInterval(forget, FORGET_EVERY_MS);

  return {
    worker,
    async close() {
      clearInterval(timer);
      await worker.close();
    },
  };
}

function createMeters(registry: Registry, queue: QueueView) {
  const registers = [registry];
  const attempts = new Counter({
    name: 'notification_attempts_total',
    help: 'Attempts to tell a phone, by outcome (delivered, dropped, failed, postponed) and reason',
    labelNames: ['outcome', 'reason'],
    registers,
  });
  const delay = new Histogram({
    name: 'notification_delay_seconds',
    help: 'Time from the challenge of a professional to the push service having the notification',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const gauge = (name: string, help: string, read: (state: QueueState) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // The other metrics are worth reading while Redis is away.
        const state = await queue.count().catch(() => undefined);
        this.set(state ? read(state) : Number.NaN);
      },
    });
  gauge('notifications_waiting', 'Notifications that no worker has taken yet', ({ waiting }) => waiting);
  gauge(
    'notifications_postponed',
    'Notifications waiting for their next attempt',
    ({ postponed }) => postponed,
  );
  gauge(
    'notifications_dead',
    'Notifications that failed for good, of the last day: see the command dead-letters',
    ({ dead }) => dead,
  );
  return {
    delay,
    countAttempt(attempted: Attempted) {
      const reason = attempted.outcome === 'delivered' ? '' : attempted.reason;
      attempts.inc({ outcome: attempted.outcome, reason });
    },
  };
}
