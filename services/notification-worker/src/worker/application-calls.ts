import { type ApplicationCallJob, applicationCallJobSchema, applicationCallQueue } from '@psc/contracts';
import { callPolicies } from '#src/domain/application-call.ts';
import type { MakeApplicationCall } from '#src/use-cases/make-application-call.ts';
import type { QueueContent, QueueWork } from './start-queue-worker.ts';

/** "This session is over", "your CIBA request was answered": one job per call that we owe to an application. */
export const applicationCalls: QueueContent<ApplicationCallJob> = {
  queue: applicationCallQueue,
  job: applicationCallJobSchema,
  name: ({ kind, clientId, callId }) => ({ kind, clientId, callId }),
};

export function applicationCallWork(attempt: MakeApplicationCall): QueueWork<ApplicationCallJob> {
  return { ...applicationCalls, span: 'application-call.make', attempt, pace: callPolicies.logout };
}
