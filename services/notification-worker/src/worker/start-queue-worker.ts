import { SpanKind } from '@opentelemetry/api';
import { queuePrefix } from '@psc/contracts';
import { continueTrace, type Logger } from '@psc/runtime';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { type Attempt, type Attempted, delayBeforeRetry, type Pace } from '#src/domain/attempt.ts';

/** What a queue holds. */
export interface QueueContent<Payload extends { readonly traceparent: string }> {
  readonly queue: string;
  readonly job: z.ZodType<Payload>;
  /** What an operator may be told of a job: no personal data. */
  readonly name: (job: Payload) => Readonly<Record<string, string>>;
}

/** What is done with it. */
export interface QueueWork<Payload extends { readonly traceparent: string }> extends QueueContent<Payload> {
  /** The name of its span in the trace that the job continues. */
  readonly span: string;
  readonly attempt: (job: Payload, attempt: Attempt) => Promise<Attempted>;
  /** For a job that broke its worker. */
  readonly pace: Pace;
}

export interface WorkerSettings {
  readonly redis: Redis;
  readonly logger: Logger;
  /** Jobs in flight at once in this process. */
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

/** Takes jobs from a queue until it is closed; `close` waits for those in flight. */
export function startQueueWorker<Payload extends { readonly traceparent: string }>(
  work: QueueWork<Payload>,
  settings: WorkerSettings,
): Worker {
  const { silenceMs } = settings;
  const logger = settings.logger.child({ queue: work.queue });

  const worker = new Worker(work.queue, process, {
    connection: settings.redis,
    prefix: queuePrefix,
    concurrency: settings.concurrency,
    lockDuration: silenceMs,
    stalledInterval: silenceMs,
    // A job whose workers die again and again is poison: it ends as a dead letter.
    maxStalledCount: 3,
    settings: {
      backoffStrategy: (attempt, _type, error) =>
        error instanceof Postponement ? error.delayMs : delayBeforeRetry(attempt, work.pace, Math.random()),
    },
  });
  worker.on('error', (error) => logger.error({ err: error }, 'the queue did not answer'));
  worker.on('stalled', () => logger.warn('a worker died with a job: it is taken up again'));
  worker.on('failed', (job, error) => {
    if (error instanceof Postponement) return;
    const parsed = work.job.safeParse(job?.data);
    const named = parsed.success ? work.name(parsed.data) : {};
    logger.warn({ ...named, reason: error.message, attempts: job?.attemptsMade }, 'a job failed');
  });
  return worker;

  async function process(job: Job): Promise<void> {
    const parsed = work.job.safeParse(job.data);
    if (!parsed.success) throw new UnrecoverableError('job_malformed');
    const number = job.attemptsMade + 1;
    const last = number >= (job.opts.attempts ?? 1);
    const attempted = await continueTrace(
      parsed.data.traceparent,
      work.span,
      () => work.attempt(parsed.data, { number, last, queuedAt: job.timestamp }),
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
