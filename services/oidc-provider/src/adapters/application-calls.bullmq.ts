import { type ApplicationCallJob, applicationCallJobId, applicationCallJobOptions } from '@psc/contracts';
import { redisUnavailable } from '@psc/datastores';
import { currentTraceparent } from '@psc/runtime';
import type { Queue } from 'bullmq';
import type { ApplicationCalls } from '#src/ports/application-calls.ts';

export function createBullmqApplicationCalls(queue: Queue<ApplicationCallJob>): ApplicationCalls {
  return {
    async queue(calls) {
      if (calls.length === 0) return;
      const traceparent = currentTraceparent();
      const jobs = calls.map((call) => ({
        name: call.kind,
        data: { ...call, traceparent },
        opts: { ...applicationCallJobOptions, jobId: applicationCallJobId(call) },
      }));
      await queue.addBulk(jobs).catch(redisUnavailable);
    },
  };
}
