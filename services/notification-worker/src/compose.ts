import type { Approvals } from '@psc/approvals';
import type { Clock } from '@psc/kernel';
import type { Logger, Registry } from '@psc/runtime';
import type { Redis } from 'ioredis';
import { createSilences } from '#src/domain/silences.ts';
import type { Applications } from '#src/ports/applications.ts';
import type { Deliveries } from '#src/ports/deliveries.ts';
import type { Mails } from '#src/ports/mails.ts';
import type { MessageDeliveries } from '#src/ports/message-deliveries.ts';
import type { OwedCalls } from '#src/ports/owed-calls.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';
import type { PushSubscriptions } from '#src/ports/push-subscriptions.ts';
import type { Pushes } from '#src/ports/pushes.ts';
import type { RegisterTargets } from '#src/ports/register-targets.ts';
import type { Texts } from '#src/ports/texts.ts';
import { createDeliverMessage } from '#src/use-cases/deliver-message.ts';
import { createDeliverNotification } from '#src/use-cases/deliver-notification.ts';
import { createForgetOldDeliveries } from '#src/use-cases/forget-old-deliveries.ts';
import { createMakeApplicationCall } from '#src/use-cases/make-application-call.ts';
import { createTellRegisterEvents } from '#src/use-cases/tell-register-events.ts';
import { applicationCallWork } from '#src/worker/application-calls.ts';
import { messageWork } from '#src/worker/messages.ts';
import { createQueueMeters } from '#src/worker/meters.ts';
import { notificationWork } from '#src/worker/notifications.ts';
import type { QueueView } from '#src/worker/queue-view.ts';
import { registerEventWork } from '#src/worker/register-events.ts';
import { startQueueWorker } from '#src/worker/start-queue-worker.ts';

/** What the service is made of: real in `main.ts`, fakes or both in tests. */
export interface Parts {
  readonly approvals: Pick<Approvals, 'find'>;
  readonly subscriptions: PushSubscriptions;
  readonly pushes: Pushes;
  readonly deliveries: Deliveries;
  readonly owedCalls: OwedCalls;
  readonly applications: Applications;
  readonly registerTargets: RegisterTargets;
  readonly owedMessages: OwedMessages;
  /** Undefined: nobody configured this channel. */
  readonly mails: Mails | undefined;
  readonly texts: Texts | undefined;
  readonly messageDeliveries: MessageDeliveries;
  /** A connection for the workers. */
  readonly redis: Redis;
  readonly queues: {
    readonly notifications: QueueView;
    readonly applicationCalls: QueueView;
    readonly messages: QueueView;
    readonly registerEvents: QueueView;
  };
  readonly clock: Clock;
}

export interface Settings {
  readonly WORKER_CONCURRENCY: number;
  readonly WORKER_CALLS_CONCURRENCY: number;
  readonly WORKER_MESSAGES_CONCURRENCY: number;
  readonly WORKER_SILENCE_SECONDS: number;
  readonly DELIVERIES_KEPT_DAYS: number;
}

const FORGET_EVERY_MS = 60 * 60_000;
/** Runs of events that are acted on at once, by each process: both services are busy with logins. */
const REGISTER_RUNS_AT_ONCE = 8;
const DAY_MS = 24 * 60 * 60_000;

/** THE table: parts → use cases → workers. `close` waits for what is in flight. */
export function compose(
  parts: Parts,
  settings: Settings,
  logger: Logger,
  metrics: Registry,
): { close(): Promise<void> } {
  const { deliveries, clock } = parts;
  const random = Math.random;
  const common = { redis: parts.redis, logger, silenceMs: settings.WORKER_SILENCE_SECONDS * 1000 };

  const notificationMeters = createNotificationMeters(metrics, parts.queues.notifications);
  const deliver = createDeliverNotification({
    approvals: parts.approvals,
    subscriptions: parts.subscriptions,
    pushes: parts.pushes,
    deliveries,
    onAttempted: (attempted) => notificationMeters.onAttempted({}, attempted),
    onDelivered: (afterMs) => notificationMeters.onDelivered({}, afterMs),
    onUnrecorded: (error) => logger.error({ err: error }, 'a delivery could not be recorded'),
    clock,
    random,
  });

  const callMeters = createCallMeters(metrics, parts.queues.applicationCalls);
  const makeCall = createMakeApplicationCall({
    owedCalls: parts.owedCalls,
    applications: parts.applications,
    silences: createSilences(),
    onAttempted: (kind, attempted) => callMeters.onAttempted({ kind }, attempted),
    onDelivered: (kind, afterMs) => callMeters.onDelivered({ kind }, afterMs),
    clock,
    random,
  });

  const messageMeters = createMessageMeters(metrics, parts.queues.messages);
  const deliverMessage = createDeliverMessage({
    owedMessages: parts.owedMessages,
    deliveries: parts.messageDeliveries,
    mails: parts.mails,
    texts: parts.texts,
    onAttempted: (channel, attempted) => messageMeters.onAttempted({ channel }, attempted),
    onDelivered: (channel, afterMs) => messageMeters.onDelivered({ channel }, afterMs),
    onUnrecorded: (error) => logger.error({ err: error }, 'the record of a message did not answer'),
    onUnsettled: (error) => logger.error({ err: error }, 'auth-broker could not be told of a message'),
    clock,
    random,
  });

  const eventMeters = createRegisterEventMeters(metrics, parts.queues.registerEvents);
  const tellEvents = createTellRegisterEvents({
    targets: parts.registerTargets,
    onAttempted: (target, attempted) => eventMeters.onAttempted({ target }, attempted),
    onDelivered: (target, afterMs) => eventMeters.onDelivered({ target }, afterMs),
    clock,
    random,
  });

  const workers = [
    startQueueWorker(registerEventWork(tellEvents), { ...common, concurrency: REGISTER_RUNS_AT_ONCE }),
    startQueueWorker(notificationWork(deliver), { ...common, concurrency: settings.WORKER_CONCURRENCY }),
    startQueueWorker(applicationCallWork(makeCall), {
      ...common,
      concurrency: settings.WORKER_CALLS_CONCURRENCY,
    }),
    startQueueWorker(messageWork(deliverMessage), {
      ...common,
      concurrency: settings.WORKER_MESSAGES_CONCURRENCY,
    }),
  ];

  const keptMs = settings.DELIVERIES_KEPT_DAYS * DAY_MS;
  const forgetOld = [deliveries, parts.messageDeliveries].map((each) =>
    createForgetOldDeliveries({ deliveries: each, clock, keptMs }),
  );
  const forget = () =>
    Promise.all(forgetOld.map((each) => each())).then(
      (counts) => logger.debug({ counts }, 'old deliveries forgotten'),
      (error: unknown) => logger.error({ err: error }, 'old deliveries could not be forgotten'),
    );
  void forget();
  const timer = setInterval(forget, FORGET_EVERY_MS);

  return {
    async close() {
      clearInterval(timer);
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

function createNotificationMeters(registry: Registry, queue: QueueView) {
  return createQueueMeters([registry], queue, {
    name: 'notification',
    labels: [],
    attempt: 'Attempts to tell a phone',
    delay: 'Time from the challenge of a professional to the push service having the notification',
    things: 'Notifications',
    kept: 'day',
    delayBuckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  });
}

function createCallMeters(registry: Registry, queue: QueueView) {
  return createQueueMeters([registry], queue, {
    name: 'application_call',
    labels: ['kind'],
    attempt: 'Attempts to make a call that we owe to an application (logout, ping)',
    delay: 'Time from what an application must be told to the application having heard it',
    things: 'Calls to applications',
    kept: 'week',
    delayBuckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 120, 600, 3_600],
  });
}

function createMessageMeters(registry: Registry, queue: QueueView) {
  return createQueueMeters([registry], queue, {
    name: 'message',
    labels: ['channel'],
    attempt: 'Attempts to send an e-mail or an SMS to a professional',
    delay: 'Time from what a professional must be told to the SMTP server or the SMS gateway having it',
    things: 'E-mails and SMS',
    kept: 'week',
    delayBuckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 120, 600, 3_600, 21_600],
  });
}

function createRegisterEventMeters(registry: Registry, queue: QueueView) {
  return createQueueMeters([registry], queue, {
    name: 'register_event_run',
    labels: ['target'],
    attempt: 'Attempts to have a service act on what happened in the register',
    delay: 'Time from an import to a service having acted on what it brought',
    things: 'Runs of events of the register',
    kept: 'week',
    delayBuckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 120, 600, 3_600],
  });
}
