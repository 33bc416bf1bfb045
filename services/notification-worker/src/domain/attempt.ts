/**
 * What becomes of one thing to deliver, a push to a phone or a call to an application:
 *
 *   attempt ─┬──────────▶ delivered   the other side took it
 *            ├──────────▶ dropped     nobody is left to tell: normal life
 *            ├──────────▶ failed      somebody should have been told and was not: a dead letter
 *            └─ postponed ─▶ attempt  the way is blocked for now, and there is time left
 */
export type Attempted<Dropped extends string = string> = Settled<Dropped> | Postponed;

export type Settled<Dropped extends string = string> =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'dropped'; readonly reason: Dropped }
  | { readonly outcome: 'failed'; readonly reason: string };

export interface Postponed {
  readonly outcome: 'postponed';
  readonly reason: string;
  readonly delayMs: number;
}

/** Something stood in the way and may not next time. `until`: when it stops being worth trying. */
export interface Hindrance {
  readonly reason: string;
  /** What the other side asked for with Retry-After; 0 when it did not. */
  readonly retryAfterMs: number;
  readonly until: number;
}

export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  readonly last: boolean;
  readonly queuedAt: number;
}

/** How long to wait before each new attempt: the first delay doubles each time, up to the longest. */
export interface Pace {
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** A hindered attempt is tried again, unless it was the last one or nobody will want it by then. */
export function settleHindrance(
  hindrance: Hindrance,
  attempt: Pick<Attempt, 'number' | 'last'>,
  pace: Pace,
  now: number,
  random: number,
): Postponed | Extract<Settled, { outcome: 'failed' }> {
  const { reason } = hindrance;
  const delayMs = Math.max(hindrance.retryAfterMs, delayBeforeRetry(attempt.number, pace, random));
  if (attempt.last || now + delayMs >= hindrance.until) return { outcome: 'failed', reason };
  return { outcome: 'postponed', reason, delayMs };
}

/**
 * The second half of each delay is drawn at random (`random` in [0, 1)), so that thousands of deliveries hindered together
 * do not come back together.
 */
export function delayBeforeRetry(attempt: number, pace: Pace, random: number): number {
  const delay = Math.min(pace.longestDelayMs, pace.firstDelayMs * 2 ** (attempt - 1));
  return Math.round(delay / 2 + (delay / 2) * random);
}
