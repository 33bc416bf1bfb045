import type { ApplicationCallJob } from '@psc/contracts';

/** The queue of the calls that we owe to applications: notification-worker makes them, and tries again. */
export interface ApplicationCalls {
  /** All of them or none. A call that is queued already is not queued twice. */
  queue(calls: readonly QueuedCall[]): Promise<void>;
}

export type QueuedCall = Pick<ApplicationCallJob, 'kind' | 'callId' | 'clientId'>;
