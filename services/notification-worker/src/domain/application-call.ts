import type { Hindrance, Pace } from './attempt.ts';

/** What came of a call to an application. */
export type CallAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Its Retry-After; 0 when there is none. */
      readonly retryAfterMs: number;
    }
  /** Its address is not one we call. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'unanswered'; readonly reason: string };

/** How a kind of call is tried again. */
export interface CallPolicy extends Pace {
  /** An application that asks to come back later than this will not be called again. */
  readonly longestWaitMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Back-Channel Logout leaves retries to the provider. Ours: ten attempts over about an hour, since a session that stays open
 * at an application is somebody's open file. A ping is worth nothing once its request is over (CIBA Core §7.3): its ten
 * attempts take two minutes and a half, and oidc-provider says at each one whether it is still owed.
 */
export const callPolicies: Readonly<Record<'logout' | 'ping', CallPolicy>> = {
  logout: { firstDelayMs: 10_000, longestDelayMs: 20 * MINUTE_MS, longestWaitMs: 60 * MINUTE_MS },
  ping: { firstDelayMs: 1_000, longestDelayMs: 30_000, longestWaitMs: 2 * MINUTE_MS },
};

/** Statuses that say "not now": a timeout, a request that came too early, too many of them (RFC 9110, 8470, 6585). */
const NOT_NOW = [408, 425, 429];

/**
 * 2xx: it was told (Back-Channel Logout §2.8 and CIBA Core §10.2 ask for 200 or 204). Any other 4xx is the application
 * refusing: the same call again would be refused again, and after a 401 CIBA Core §10.2 forbids it. So is a redirection,
 * which must not be followed.
 */
export function judgeAnswer(
  answer: CallAnswer,
  policy: CallPolicy,
  now: number,
): { readonly outcome: 'delivered' } | { readonly outcome: 'failed'; readonly reason: string } | Hindrance {
  const until = now + policy.longestWaitMs;
  switch (answer.kind) {
    case 'forbidden':
      return { outcome: 'failed', reason: answer.reason };
    case 'unanswered':
      return { reason: answer.reason, retryAfterMs: 0, until };
    case 'answered': {
      const { status, retryAfterMs } = answer;
      if (status >= 200 && status < 300) return { outcome: 'delivered' };
      const reason = `status_${status}`;
      if (status >= 500 || NOT_NOW.includes(status)) return { reason, retryAfterMs, until };
      return { outcome: 'failed', reason };
    }
  }
}
