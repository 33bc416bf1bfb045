import type { Approval } from '@psc/approvals';

/** Why an application that asks for its tokens does not get them, or not yet. */
export type PollRefusal =
  /** Nobody answered yet. */
  | 'pending'
  /** … and the application asks more often than we let it. */
  | 'too_early'
  /** The professional said no, typed another number, or reported a fraud: the application learns no more. */
  | 'denied'
  /** Nobody answered in time, or the application came too late for the answer. */
  | 'expired'
  /** The tokens were given already. */
  | 'used'
  /** Nothing of this application has this identifier, or not any more. */
  | 'unknown';

/** An answer in the last second can still be fetched, by an application that polls as by one that waits to be called. */
export const CIBA_GRACE_MS = 30_000;

/** Where a request stands, for the application that polls. */
export function standingOf(
  approval: Approval | undefined,
  poll: { readonly clientId: string; readonly inPace: boolean; readonly now: number },
): 'approved' | PollRefusal {
  if (approval?.request.channel !== 'ciba' || approval.request.clientId !== poll.clientId) return 'unknown';
  switch (approval.state) {
    case 'opened':
    case 'challenged':
      return poll.inPace ? 'pending' : 'too_early';
    case 'approved':
      return poll.now < approval.expiresAt + CIBA_GRACE_MS ? 'approved' : 'expired';
    case 'denied':
    case 'reported':
      return 'denied';
    case 'expired':
      return 'expired';
    case 'taken':
      return 'used';
  }
}
