import type { RegisterEventJob } from '@psc/contracts';

/** The services that act on what happens in the register. */
export interface RegisterTargets {
  /** Resolves once the service acted on all of them. Throws `Unavailable` when it did not. */
  tell(job: Pick<RegisterEventJob, 'target' | 'first' | 'last'>): Promise<void>;
}
