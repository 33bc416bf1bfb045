import {
  type RegisterEventJob,
  registerEventJobId,
  registerEventJobOptions,
  registerEventTargets,
} from '@psc/contracts';
import { redisUnavailable } from '@psc/datastores';
import { currentTraceparent } from '@psc/runtime';
import type { Queue } from 'bullmq';
import type { RegisterEventQueue } from '#src/ports/register-event-queue.ts';

export function createBullmqRegisterEventQueue(queue: Queue<RegisterEventJob>): RegisterEventQueue {
  return {
    async add(run) {
      const traceparent = currentTraceparent();
      const jobs = registerEventTargets.map((target) => ({
        name: target,
        data: { target, ...run, traceparent },
        opts: { ...registerEventJobOptions, jobId: registerEventJobId({ target, ...run }) },
      }));
      await queue.addBulk(jobs).catch(redisUnavailable);
    },
  };
}
