/**
 * What becomes of one notification, one approval on one device:
 *
 *   attempt ─┬──────────▶ delivered   the push service took it
 *            ├──────────▶ dropped     nobody is left to tell: normal life
 *            ├──────────▶ failed      somebody should have been told and was not: a dead letter
 *            └─ postponed ─▶ attempt  the way is blocked for now, and there is time left
 */
export type Attempted = Settled | Postponed;

export type Settled =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'dropped'; readonly reason: DropReason }
  | { readonly outcome: 'failed'; readonly reason: string };

export interface Postponed {
  readonly outcome: 'postponed';
  readonly reason: string;
  readonly delayMs: number;
}

export type DropReason =
  /** Answered, abandoned, expired or forgotten: the phone has nothing to ask any more. */
  | 'approval_over'
  /** The device was removed, has no push, or never existed (the job of an unknown identifier). */
  | 'no_subscription'
  /** The push service forgot the subscription: the app was uninstalled, or refused notifications. */
  | 'subscription_gone';

/** Something stood in the way and may not next time. `until`: when it stops being worth trying. */
export interface Hindrance {
  readonly reason: string;
  /** What the push service asked for with Retry-After; 0 when it did not. */
  readonly retryAfterMs: number;
  readonly until: number;
}

export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  readonly last: boolean;
}

/** A hindered attempt is tried again, unless it was the last one or the approval will be over by then. */
export function settleHindrance(
  hindrance: Hindrance,
  attempt: Attempt,
  now: number,
  random: number,
): Attempted {
  const { reason } = hindrance;
  const delayMs = Math.max(hindrance.retryAfterMs, delayBeforeRetry(attempt.number, random));
  if (attempt.last || now + delayMs >= hindrance.until) return { outcome: 'failed', reason };
  return { outcome: 'postponed', reason, delayMs };
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Exponential: 1, 2, 4… seconds; the second half of each is drawn at random (`random` in [0, 1)), so that thousands of
 * notifications hindered together do not come back together.
 */
export function delayBeforeRetry(attempt: number, random: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.round(delay / 2 + (delay / 2) * random);
}
