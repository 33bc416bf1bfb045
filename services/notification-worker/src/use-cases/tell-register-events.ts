import type { RegisterEventJob } from '@psc/contracts';
import { type Clock, Unavailable } from '@psc/kernel';
import { type Attempt, type Attempted, settleHindrance } from '#src/domain/attempt.ts';
import { registerEventPace } from '#src/domain/register-event.ts';
import type { RegisterTargets } from '#src/ports/register-targets.ts';

export interface TellRegisterEventsNeeds {
  readonly targets: RegisterTargets;
  /** Hears the end of every attempt. */
  readonly onAttempted: (target: RegisterEventJob['target'], attempted: Attempted) => void;
  /** Hears how long after they were queued events were acted on, in milliseconds. */
  readonly onDelivered: (target: RegisterEventJob['target'], afterMs: number) => void;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

export type TellRegisterEvents = (job: RegisterEventJob, attempt: Attempt) => Promise<Attempted>;

/**
 * Tells one service what happened in the register. It is worth trying for as long as there are attempts: acting twice on
 * an event does no harm, and no event is too late to be acted on.
 */
export function createTellRegisterEvents(needs: TellRegisterEventsNeeds): TellRegisterEvents {
  const { targets, clock } = needs;

  return async (job, attempt) => {
    const attempted = await tell(job, attempt);
    if (attempted.outcome === 'delivered') needs.onDelivered(job.target, clock() - attempt.queuedAt);
    needs.onAttempted(job.target, attempted);
    return attempted;
  };

  async function tell(job: RegisterEventJob, attempt: Attempt): Promise<Attempted> {
    try {
      await targets.tell(job);
      return { outcome: 'delivered' };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const hindrance = { reason: error.code, retryAfterMs: 0, until: Number.POSITIVE_INFINITY };
      return settleHindrance(hindrance, attempt, registerEventPace, clock(), needs.random());
    }
  }
}
