import type { Approval, ApprovedApproval, ChallengedApproval, OpenedApproval } from '@psc/approvals';

/** What a browser on a login page is to be shown: decided here and nowhere else, from the approval alone. */
export type LoginStep =
  | { readonly name: 'identify'; readonly approval: OpenedApproval }
  | { readonly name: 'wait'; readonly approval: ChallengedApproval }
  | { readonly name: 'return'; readonly approval: ApprovedApproval }
  | { readonly name: 'end'; readonly ending: LoginEnding; readonly approval?: Approval };

/** How a login may end on our pages. */
export type LoginEnding =
  | 'unknown_login'
  | 'other_browser'
  | 'expired'
  | 'refused'
  | 'wrong_number'
  | 'device_locked'
  | 'professional_inactive'
  | 'reported'
  | 'already_used';

/**
 * `browser`: the binding of the browser that asks (SHA-256 of its return code). Once a browser has challenged the
 * professional, only that one sees the number, waits and returns: a stolen or forwarded address is worth nothing.
 */
export function decideNextStep(approval: Approval | undefined, browser: string): LoginStep {
  // A CIBA request has no page: its number was given by the application.
  if (approval?.request.channel !== 'browser') return { name: 'end', ending: 'unknown_login' };
  if (approval.state === 'opened') return { name: 'identify', approval };
  if (approval.challenge && approval.challenge.browser !== browser)
    return { name: 'end', ending: 'other_browser' };
  switch (approval.state) {
    case 'challenged':
      return { name: 'wait', approval };
    case 'approved':
      return { name: 'return', approval };
    case 'denied':
      return { name: 'end', ending: approval.reason, approval };
    case 'reported':
      return { name: 'end', ending: 'reported', approval };
    case 'expired':
      return { name: 'end', ending: 'expired', approval };
    case 'taken':
      return { name: 'end', ending: 'already_used', approval };
  }
}
