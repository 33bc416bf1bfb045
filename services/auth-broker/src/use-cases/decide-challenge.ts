import type { Approvals, ChallengedApproval, Decision, TransitionRefusal } from '@psc/approvals';
import { type Outcome, Unavailable } from '@psc/kernel';
import type { ApplicationCalls } from '#src/ports/application-calls.ts';

export type DecideChallenge = (
  approval: ChallengedApproval,
  decision: Decision,
) => Promise<Outcome<unknown, TransitionRefusal>>;

/** Decides, once for all, and has the application called that is to hear of it. */
export function createDecideChallenge(needs: {
  readonly approvals: Pick<Approvals, 'decide'>;
  /** Hears of every decision. */
  readonly onDecided: (approval: ChallengedApproval, decision: Decision) => void;
  readonly calls: ApplicationCalls;
  /** Hears that an application will not be told of a decision. */
  readonly onUnpinged: (error: Unavailable) => void;
}): DecideChallenge {
  return async (approval, decision) => {
    const decided = await needs.approvals.decide(approval.id, decision);
    if (!decided.ok) return decided;
    needs.onDecided(approval, decision);
    if (approval.request.ping) await ping(approval);
    return decided;
  };

  /** The decision stands, told or not: an application that hears nothing may still poll. */
  async function ping({ id, request }: ChallengedApproval): Promise<void> {
    try {
      await needs.calls.ping(id, request.clientId);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      needs.onUnpinged(error);
    }
  }
}
