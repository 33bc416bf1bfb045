import { SpanKind } from '@opentelemetry/api';
import { notificationJobSchema, notificationQueue, queuePrefix } from '@psc/contracts';
import { continueTrace, type Logger } from '@psc/runtime';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { delayBeforeRetry } from '#src/domain/delivery.ts';
import type { DeliverNotification } from '#src/use-cases/deliver-notification.ts';

export interface NotificationWorkerSettings {
  readonly redis: Redis;
  readonly deliver: DeliverNotification;
  readonly logger: Logger;
  /** Notifications in flight at once in this process. */
  readonly concurrency: number;
  /** How long a worker that says nothing is believed to be alive. */
  readonly silenceMs: number;
}

/** The job comes back after `delayMs`. What is thrown is written in Redis: it holds a code, and nothing else. */
class Postponement extends Error {
  readonly delayMs: number;

  constructor(reason: string, delayMs: number) {
    super(reason);
    this.name = new.target.name;
    this.delayMs = delayMs;
  }
}

/** Takes notifications from the queue until it is closed; `close` waits for those in flight. */
export function startNotificationWorker(settings: NotificationWorkerSettings): Worker {
  const { logger, silenceMs } = settings;

  const worker = new Worker(notificationQueue, process, {
    connection: settings.redis,
    prefix: queuePrefix,
    concurrency: settings.concurrency,
    lockDuration: silenceMs,
    stalledInterval: silenceMs,
    // A job whose workers die again and again is poison: it ends as a dead letter.
    maxStalledCount: 3,
    settings: {
      backoffStrategy: (attempt, _type, error) =>
        error instanceof Postponement ? error.delayMs : delayBeforeRetry(attempt, Math.random()),
    },
  });
  worker.on('error', (error) => logger.error({ err: error }, 'the queue did not answer'));
  worker.on('stalled', () => logger.warn('a worker died with a notification: it is taken up again'));
  worker.on('failed', (_job, error) => {
    if (!(error instanceof Postponement)) logger.warn({ reason: error.message }, 'a notification failed');
  });
  return worker;

  async function process(job: Job): Promise<void> {
    const parsed = notificationJobSchema.safeParse(job.data);
    if (!parsed.success) throw new UnrecoverableError('job_malformed');
    const number = job.attemptsMade + 1;
    const attempt = { number, last: number >= (job.opts.attempts ?? 1) };
    const attempted = await continueTrace(
      parsed.data.traceparent,
      'notification.deliver',
      () => settings.deliver(parsed.data, attempt),
      SpanKind.CONSUMER,
    ).catch((error: unknown) => {
      logger.error({ err: error }, 'unexpected error');
      // Not the error itself: BullMQ would write its message and stack in Redis.
      throw new Error('unexpected_error');
    });
    if (attempted.outcome === 'failed') throw new UnrecoverableError(attempted.reason);
    if (attempted.outcome === 'postponed') throw new Postponement(attempted.reason, attempted.delayMs);
  }
}
