import { queuePrefix } from '@psc/contracts';
import { type FinishedStatus, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueContent } from './start-queue-worker.ts';

/** A job that failed for good: kept some days (`removeOnFail` of its options). */
export interface DeadLetter {
  readonly queue: string;
  readonly id: string;
  readonly reason: string;
  readonly attempts: number;
  readonly failedAt: Date;
  /** What the job says of itself, as a notification's `deviceId` or a call's `kind` and `clientId`; nothing when malformed. */
  readonly job: Readonly<Record<string, string>>;
}

export interface QueueState {
  readonly dead: number;
  readonly waiting: number;
  readonly postponed: number;
}

/** What one may see of a queue from outside. */
export interface QueueView {
  count(): Promise<QueueState>;
  /** The newest first. */
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
  /** Gives a dead letter all its attempts again, from now; false when there is no such one. */
  retry(id: string): Promise<boolean>;
  close(): Promise<void>;
}

const FAILED: FinishedStatus = 'failed';

export function createQueueView<Payload extends { readonly traceparent: string }>(
  redis: Redis,
  { queue: name, job: schema, name: describe }: QueueContent<Payload>,
): QueueView {
  const queue = new Queue(name, { connection: redis, prefix: queuePrefix });
  // Without a listener, an outage of Redis would end the process; the connection's owner hears it already.
  queue.on('error', () => undefined);

  return {
    async count() {
      const { failed = 0, wait = 0, delayed = 0 } = await queue.getJobCounts('failed', 'wait', 'delayed');
      return { dead: failed, waiting: wait, postponed: delayed };
    },

    async deadLetters(limit) {
      const jobs = await queue.getFailed(0, limit - 1);
      return jobs.map((job) => {
        const parsed = schema.safeParse(job.data);
        return {
          queue: name,
          id: job.id ?? '',
          reason: job.failedReason,
          attempts: job.attemptsMade,
          failedAt: new Date(job.finishedOn ?? 0),
          job: parsed.success ? describe(parsed.data) : {},
        };
      });
    },

    async retry(id) {
      const job = await queue.getJob(id);
      if (!(await job?.isFailed())) return false;
      await job?.retry(FAILED, { resetAttemptsMade: true, resetAttemptsStarted: true });
      return true;
    },

    close: () => queue.close(),
  };
}
