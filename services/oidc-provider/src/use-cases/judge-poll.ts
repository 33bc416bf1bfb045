import type { Approvals, ApprovedApproval } from '@psc/approvals';
import { accepted, type Clock, type Outcome, refused } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import { type PollRefusal, standingOf } from '#src/domain/ciba-poll.ts';

export type JudgePoll = (poll: {
  readonly approvalId: string;
  readonly clientId: string;
}) => Promise<Outcome<ApprovedApproval, PollRefusal>>;

/** An application that polls exactly at the interval, as ANS's own does, is early by as much as the network was late. */
const LONGEST_JITTER_MS = 500;

/** How soon after another a poll is in pace: the interval, less what may be jitter. */
export function paceOf(intervalSeconds: number): number {
  const interval = intervalSeconds * 1000;
  return interval - Math.min(LONGEST_JITTER_MS, interval / 2);
}

/** Whether an application that polls gets its tokens. Costs one round trip, both questions at once. */
export function createJudgePoll(needs: {
  readonly approvals: Pick<Approvals, 'find'>;
  readonly quotas: Pick<Quotas, 'reserve'>;
  readonly paceMs: number;
  readonly clock: Clock;
}): JudgePoll {
  const { approvals, quotas, paceMs, clock } = needs;

  return async ({ approvalId, clientId }) => {
    const [approval, inPace] = await Promise.all([
      approvals.find(approvalId),
      // Counted by application too: whoever guesses identifiers does not slow down whose they are.
      quotas.reserve(`ciba-poll:${clientId}:${approvalId}`, 1, paceMs),
    ]);
    const standing = standingOf(approval, { clientId, inPace, now: clock() });
    if (standing !== 'approved') return refused(standing);
    return approval?.state === 'approved' ? accepted(approval) : refused('unknown');
  };
}
