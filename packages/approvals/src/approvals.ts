import type { Outcome } from '@psc/kernel';
import type {
  Approval,
  ApprovalRequest,
  ApprovalState,
  ApprovedApproval,
  Challenge,
  ChallengedApproval,
  Decision,
  DeniedApproval,
  ExpiredApproval,
  OpenedApproval,
  ReportedApproval,
  Transition,
} from './approval.ts';

/**
 * Why a transition did not happen. `unknown`: no such approval, or forgotten since. `expired`: its time is over.
 * Any other state says what it is in already.
 */
export type TransitionRefusal =
  | 'unknown'
  | 'already_opened'
  | 'not_challenged'
  | 'already_challenged'
  | 'not_approved'
  | 'already_decided'
  | 'already_taken'
  | 'expired';

/** Why this transition does not leave from the state that was found. */
export function whyRefused(transition: Transition, found: ApprovalState): TransitionRefusal {
  switch (found) {
    case 'expired':
      return 'expired';
    case 'taken':
      return 'already_taken';
    case 'approved':
    case 'denied':
    case 'reported':
      return transition === 'take' ? 'not_approved' : 'already_decided';
    case 'challenged':
      return transition === 'take' ? 'not_approved' : 'already_challenged';
    case 'opened':
      return transition === 'take' ? 'not_approved' : 'not_challenged';
  }
}

/**
 * The port. Every transition is one atomic compare-and-set: of N callers at once exactly one succeeds and the others
 * are told why. A store that does not answer throws `Unavailable`; a record that was tampered with is as if unknown.
 */
export interface Approvals {
  /** `id` is the caller's: unguessable, at least 120 random bits, in the alphabet of base64url. */
  open(id: string, request: ApprovalRequest): Promise<Outcome<OpenedApproval, TransitionRefusal>>;

  find(id: string): Promise<Approval | undefined>;

  /** Starts the time given to the professional to answer: `lifetime` ms, or that of the settings. */
  challenge(
    id: string,
    challenge: Challenge,
    lifetime?: number,
  ): Promise<Outcome<ChallengedApproval, TransitionRefusal>>;

  decide(
    id: string,
    decision: Decision,
  ): Promise<Outcome<ApprovedApproval | DeniedApproval | ReportedApproval, TransitionRefusal>>;

  /** Answers the approval as it was approved, with its proof, to exactly one caller. */
  take(id: string): Promise<Outcome<ApprovedApproval, TransitionRefusal>>;

  /** The requester gave up: `expired` before its time. */
  abandon(id: string): Promise<Outcome<ExpiredApproval, TransitionRefusal>>;

  /** The approvals that this professional may answer now, newest first, 20 at most. */
  awaiting(nationalId: string): Promise<readonly ChallengedApproval[]>;

  /**
   * Calls `changed` after each transition of this approval, until the returned function is called.
   * It is a nudge without content: the listener reads the approval again. Time running out sends none.
   * Watch first, then find: a transition between the two is then nudged, never lost. `changed` may be called for
   * nothing, and must not throw.
   */
  watch(id: string, changed: () => void): Promise<() => Promise<void>>;

  /** Ends every watch. Connections are closed by who opened them. */
  close(): Promise<void>;
}

/** Settings of an `Approvals`, in milliseconds. */
export interface ApprovalLifetimes {
  /** How long an `opened` approval waits for an identifier. */
  readonly opened: number;
  /** How long a professional has to answer: 120 s at PSC. */
  readonly challenged: number;
  /** How long an ended approval stays readable, so that a late page gets the right words. */
  readonly ended: number;
}

export const defaultLifetimes: ApprovalLifetimes = {
  opened: 10 * 60_000,
  challenged: 120_000,
  ended: 5 * 60_000,
};
