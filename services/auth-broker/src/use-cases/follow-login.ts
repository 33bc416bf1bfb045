import type { ApprovalState, Approvals } from '@psc/approvals';
import type { Clock } from '@psc/kernel';

/**
 * The states of an approval from now on, until it is decided, forgotten (`unknown`) or over, or until `signal` aborts.
 * Nothing polls: the store nudges, and time running out, which sends no nudge, has a timer of its own.
 */
export type FollowLogin = (
  approvalId: string,
  signal: AbortSignal,
) => AsyncGenerator<ApprovalState | 'unknown'>;

/** The store's clock and ours may differ a little: once the time is over, ask again no sooner than this. */
const SHORTEST_WAIT_MS = 250;

export function createFollowLogin(needs: {
  readonly approvals: Pick<Approvals, 'find' | 'watch'>;
  readonly clock: Clock;
}): FollowLogin {
  const { approvals, clock } = needs;

  return async function* follow(approvalId, signal) {
    let nudge = Promise.withResolvers<void>();
    const wake = () => nudge.resolve();
    // Watch first, then read: a change between the two would be missed for ever the other way round.
    const unwatch = await approvals.watch(approvalId, wake);
    signal.addEventListener('abort', wake);
    try {
      let told: ApprovalState | 'unknown' | undefined;
      while (!signal.aborted) {
        nudge = Promise.withResolvers<void>();
        const approval = await approvals.find(approvalId);
        const state = approval?.state ?? 'unknown';
        if (state !== told) yield state;
        told = state;
        if (approval?.state !== 'challenged' || signal.aborted) return;
        const timer = setTimeout(wake, Math.max(SHORTEST_WAIT_MS, approval.expiresAt - clock()));
        await nudge.promise;
        clearTimeout(timer);
      }
    } finally {
      signal.removeEventListener('abort', wake);
      await unwatch();
    }
  };
}
