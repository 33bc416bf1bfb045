import { type MessageJob, messageJobId, messageJobOptions } from '@psc/contracts';
import { redisUnavailable } from '@psc/datastores';
import { currentTraceparent } from '@psc/runtime';
import type { Queue } from 'bullmq';
import type { Messages } from '#src/ports/messages.ts';

export function createBullmqMessages(queue: Queue<MessageJob>): Messages {
  return {
    async queue(ids) {
      const traceparent = currentTraceparent();
      const jobs = ids.map((messageId) => ({
        name: 'message',
        data: { messageId, traceparent },
        opts: { ...messageJobOptions, jobId: messageJobId({ messageId }) },
      }));
      await queue.addBulk(jobs).catch(redisUnavailable);
    },
  };
}
