import type { ApplicationCallJob } from '@psc/contracts';
import { type Clock, Unavailable } from '@psc/kernel';
import { callPolicies, judgeAnswer } from '#src/domain/application-call.ts';
import {
  type Attempt,
  type Attempted,
  type Hindrance,
  type Settled,
  settleHindrance,
} from '#src/domain/attempt.ts';
import type { Silences } from '#src/domain/silences.ts';
import type { Applications } from '#src/ports/applications.ts';
import type { OwedCalls } from '#src/ports/owed-calls.ts';

export interface MakeApplicationCallNeeds {
  readonly owedCalls: OwedCalls;
  readonly applications: Applications;
  readonly silences: Silences;
  /** Hears the end of every attempt. */
  readonly onAttempted: (kind: ApplicationCallJob['kind'], attempted: Attempted) => void;
  /** Hears how long after it was queued a call was taken, in milliseconds. */
  readonly onDelivered: (kind: ApplicationCallJob['kind'], afterMs: number) => void;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

export type MakeApplicationCall = (job: ApplicationCallJob, attempt: Attempt) => Promise<Attempted>;

/** Its session was forgotten with all that it had to say, or its CIBA request is over. */
type Dropped = 'not_owed';

/** Makes one call that we owe to an application, if it is still owed. */
export function createMakeApplicationCall(needs: MakeApplicationCallNeeds): MakeApplicationCall {
  const { owedCalls, applications, silences, clock } = needs;

  return async (job, attempt) => {
    const tried = await attemptUnlessUnavailable(job);
    const policy = callPolicies[job.kind];
    const attempted =
      'until' in tried ? settleHindrance(tried, attempt, policy, clock(), needs.random()) : tried;
    if (attempted.outcome === 'delivered') needs.onDelivered(job.kind, clock() - attempt.queuedAt);
    needs.onAttempted(job.kind, attempted);
    return attempted;
  };

  async function attemptUnlessUnavailable(job: ApplicationCallJob): Promise<Settled<Dropped> | Hindrance> {
    try {
      return await attemptCall(job);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return hindered(job, error.code);
    }
  }

  async function attemptCall(job: ApplicationCallJob): Promise<Settled<Dropped> | Hindrance> {
    if (silences.isSilent(job.clientId, clock())) return hindered(job, 'application_silent');
    const prepared = await owedCalls.prepare(job);
    if (!prepared) return { outcome: 'dropped', reason: 'not_owed' };
    const answer = await applications.call(prepared);
    if (answer.kind === 'unanswered') silences.unheard(job.clientId, clock());
    else silences.heard(job.clientId);
    return judgeAnswer(answer, callPolicies[job.kind], clock());
  }

  function hindered({ kind }: ApplicationCallJob, reason: string): Hindrance {
    return { reason, retryAfterMs: 0, until: clock() + callPolicies[kind].longestWaitMs };
  }
}
