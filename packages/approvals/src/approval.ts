import type { Means } from '@psc/contracts';

/**
 * One pending approval: someone asked; the right person must say yes, once, in time.
 *
 *             open             challenge              decide             take
 *   (nothing) ────▶  opened  ───────────▶  challenged ──────▶  approved ──────▶ taken
 *                      │                      │ ├──────────▶  denied
 *                      │                      │ ├──────────▶  reported
 *                      └──── time, abandon ───┴─┴──────────▶  expired
 *
 * opened      oidc-provider created it: who asks, for what, from where
 * challenged  the professional is known and has been asked; carries the number to type
 * approved    said yes; carries the proof, which alone has authority
 * denied      said no, or typed a wrong number, or the device locked, or was struck off
 * reported    denied, and "it was not me"
 * expired     nobody decided in time, or the requester gave up
 * taken       oidc-provider consumed the approval, exactly once
 *
 * Times are milliseconds since the epoch.
 */
export type Approval =
  | OpenedApproval
  | ChallengedApproval
  | ApprovedApproval
  | TakenApproval
  | DeniedApproval
  | ReportedApproval
  | ExpiredApproval;

export type ApprovalState = Approval['state'];

interface Asked {
  readonly id: string;
  readonly request: ApprovalRequest;
  /** When `opened` or `challenged` lapses; for the others, when the decision was due. */
  readonly expiresAt: number;
}

export interface OpenedApproval extends Asked {
  readonly state: 'opened';
}

export interface ChallengedApproval extends Asked {
  readonly state: 'challenged';
  readonly challenge: Challenge;
}

export interface ApprovedApproval extends Asked {
  readonly state: 'approved';
  readonly challenge: Challenge;
  /** Signed JWT (`approvalProofClaimsSchema`). Not verified here: the taker must. */
  readonly proof: string;
}

export interface TakenApproval extends Asked {
  readonly state: 'taken';
  readonly challenge: Challenge;
}

export interface DeniedApproval extends Asked {
  readonly state: 'denied';
  readonly challenge: Challenge;
  readonly reason: DenialReason;
}

export interface ReportedApproval extends Asked {
  readonly state: 'reported';
  readonly challenge: Challenge;
}

export interface ExpiredApproval extends Asked {
  readonly state: 'expired';
  readonly challenge?: Challenge;
}

/** `professional_inactive`: struck off the register, and so without a say. */
export type DenialReason = 'refused' | 'wrong_number' | 'device_locked' | 'professional_inactive';

/** Who asks, for what, from where. Shown to the professional; never changed after `open`. */
export interface ApprovalRequest {
  readonly clientId: string;
  readonly clientName: string;
  /** The level asked for, as PSC names it: `eidas1`. */
  readonly acr: string;
  readonly scope: string;
  readonly channel: 'browser' | 'ciba';
  readonly requester: { readonly ip: string; readonly userAgent: string };
  /** Where the browser goes back to, at oidc-provider; '' for CIBA. */
  readonly returnTo: string;
  /** Fills the field of the login page; '' when the application gave none. */
  readonly loginHint: string;
  /** Whether the hint alone may challenge the professional (a setting of the application). */
  readonly challengeFromHint: boolean;
  /** Whether the application is called once it is decided, as CIBA's ping mode promises. */
  readonly ping: boolean;
  readonly openedAt: number;
  /** W3C Trace Context of the login, so that every later step joins the same trace; '' when not traced. */
  readonly traceparent: string;
}

export interface Challenge {
  readonly nationalId: string;
  readonly means: Means;
  /** Two digits, typed by the professional. */
  readonly number: string;
  /** SHA-256 (base64url) of the return code held by the browser that typed the identifier; '' for CIBA. */
  readonly browser: string;
  readonly challengedAt: number;
}

export type Decision =
  | { readonly state: 'approved'; readonly proof: string }
  | { readonly state: 'denied'; readonly reason: DenialReason }
  | { readonly state: 'reported' };

/** Which states each transition may leave from. The Redis scripts and the memory fake both follow this table. */
export const transitions = {
  challenge: ['opened'],
  decide: ['challenged'],
  take: ['approved'],
  abandon: ['opened', 'challenged'],
} as const satisfies Record<string, readonly ApprovalState[]>;

export type Transition = keyof typeof transitions;

/** An approval that this transition may leave from. */
export type Leaving<T extends Transition> = Extract<Approval, { state: (typeof transitions)[T][number] }>;

export function mayLeave<T extends Transition>(transition: T, approval: Approval): approval is Leaving<T> {
  return transitions[transition].some((state) => state === approval.state);
}

/** The approval as it is at this time: what nobody decided in time is `expired`, without anybody doing anything. */
export function asOf(approval: Approval, now: number): Approval {
  if (approval.state !== 'opened' && approval.state !== 'challenged') return approval;
  return now < approval.expiresAt ? approval : { ...approval, state: 'expired' };
}

/** More than a professional can look at; a flood of requests costs no more than this. */
export const MOST_AWAITING = 20;

/** Those that this professional may answer, newest first, 20 at most. */
export function awaitingAnswerOf(
  nationalId: string,
  approvals: readonly (Approval | undefined)[],
): readonly ChallengedApproval[] {
  return approvals
    .filter((approval) => approval?.state === 'challenged')
    .filter((approval) => approval.challenge.nationalId === nationalId)
    .sort((a, b) => b.expiresAt - a.expiresAt || (a.id < b.id ? 1 : -1))
    .slice(0, MOST_AWAITING);
}

/** An id may come from a URL: anything that could not be ours names no key and seals no record. */
export function isApprovalId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}
