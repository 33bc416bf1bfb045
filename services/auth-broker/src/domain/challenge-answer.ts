import type { Approval, ChallengedApproval, TransitionRefusal } from '@psc/approvals';
import { accepted, Bug, type Outcome, refused } from '@psc/kernel';

/** What the device signed, beside its decision. */
export interface SignedAnswer {
  readonly approval: string;
  readonly client: string;
}

export type AnswerRefusal = 'request_unknown' | 'request_expired' | 'already_answered' | 'signature_invalid';

/**
 * May this professional's device answer this approval now? Another professional's approval is as if it did not exist, and
 * so is one that awaits a card. The signature must name the approval it is sent to, and the application that the professional was shown.
 */
export function checkAnswerable(
  approval: Approval | undefined,
  nationalId: string,
  signed: SignedAnswer,
): Outcome<ChallengedApproval, AnswerRefusal> {
  if (!approval || approval.state === 'opened' || approval.challenge?.nationalId !== nationalId)
    return refused('request_unknown');
  if (approval.challenge.means !== 'ecps') return refused('request_unknown');
  if (signed.approval !== approval.id || signed.client !== approval.request.clientId)
    return refused('signature_invalid');
  switch (approval.state) {
    case 'challenged':
      return accepted(approval);
    case 'expired':
      return refused('request_expired');
    case 'approved':
    case 'denied':
    case 'reported':
    case 'taken':
      return refused('already_answered');
  }
}

/** What to tell a device whose decision came second, or late. */
export function explainLostDecision(refusal: TransitionRefusal): AnswerRefusal {
  switch (refusal) {
    case 'unknown':
      return 'request_unknown';
    case 'expired':
      return 'request_expired';
    case 'already_decided':
    case 'already_taken':
      return 'already_answered';
    case 'already_opened':
    case 'already_challenged':
    case 'not_challenged':
    case 'not_approved':
      throw new Bug('decision_misplaced', `deciding a challenged approval was refused: ${refusal}`);
  }
}

/** Constant in time: how long a refusal takes must not tell how much of the number was right. */
export function isSameNumber(expected: string, typed: string): boolean {
  if (expected.length !== typed.length) return false;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ typed.charCodeAt(i);
  return difference === 0;
}
