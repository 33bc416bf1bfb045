import { notificationJobSchema, notificationQueue, queuePrefix } from '@psc/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** A notification that failed for good: kept a day, 1000 at most (`notificationJobOptions`). */
export interface DeadLetter {
  readonly approvalId: string;
  readonly deviceId: string;
  readonly reason: string;
  readonly attempts: number;
  readonly failedAt: Date;
}

export interface QueueState {
  readonly dead: number;
  readonly waiting: number;
  readonly postponed: number;
}

/** What one may see of the queue from outside. */
export interface QueueView {
  count(): Promise<QueueState>;
  /** The newest first. */
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
  close(): Promise<void>;
}

export function createQueueView(redis: Redis): QueueView {
  const queue = new Queue(notificationQueue, { connection: redis, prefix: queuePrefix });
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
        const named = notificationJobSchema.safeParse(job.data);
        return {
          approvalId: named.data?.approvalId ?? '',
          deviceId: named.data?.deviceId ?? '',
          reason: job.failedReason,
          attempts: job.attemptsMade,
          failedAt: new Date(job.finishedOn ?? 0),
        };
      });
    },

    close: () => queue.close(),
  };
}
