import { type ApplicationCallJob, applicationCallJobId, applicationCallJobOptions } from '@psc/contracts';
import { redisUnavailable } from '@psc/datastores';
import { currentTraceparent } from '@psc/runtime';
import type { Queue } from 'bullmq';
import type { ApplicationCalls } from '#src/ports/application-calls.ts';

export function createBullmqApplicationCalls(queue: Queue<ApplicationCallJob>): ApplicationCalls {
  return {
    async ping(approvalId, clientId) {
      const job = {
        kind: 'ping',
        callId: approvalId,
        clientId,
        traceparent: currentTraceparent(),
      } as const;
      const options = { ...applicationCallJobOptions, jobId: applicationCallJobId(job) };
      await queue.add(job.kind, job, options).catch(redisUnavailable);
    },
  };
}
