import { type RegisterEventJob, registerEventJobSchema, registerEventQueue } from '@psc/contracts';
import { registerEventPace } from '#src/domain/register-event.ts';
import type { TellRegisterEvents } from '#src/use-cases/tell-register-events.ts';
import type { QueueContent, QueueWork } from './start-queue-worker.ts';

/** "Act on what happened in the register": one job per service and run of events. */
export const registerEvents: QueueContent<RegisterEventJob> = {
  queue: registerEventQueue,
  job: registerEventJobSchema,
  name: ({ target, first, last }) => ({ target, first: String(first), last: String(last) }),
};

export function registerEventWork(attempt: TellRegisterEvents): QueueWork<RegisterEventJob> {
  return { ...registerEvents, span: 'register-events.tell', attempt, pace: registerEventPace };
}
