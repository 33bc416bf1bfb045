import type { ApplicationCallJob, PreparedCall } from '@psc/contracts';

/** The calls that we owe to applications. Throws `Unavailable` when oidc-provider does not answer. */
export interface OwedCalls {
  /** What to send, made anew each time; undefined when it is not owed any more. */
  prepare(call: Pick<ApplicationCallJob, 'kind' | 'callId'>): Promise<PreparedCall | undefined>;
}
