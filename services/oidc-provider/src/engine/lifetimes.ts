import type { Clock } from '@psc/kernel';

/** In seconds. Pro Santé Connect's by default (psc-protocol §2.3). */
export interface Lifetimes {
  readonly accessToken: number;
  readonly idToken: number;
  readonly authorizationCode: number;
  /** Begins again at each refresh. */
  readonly refreshToken: number;
  /** A session that nobody used for so long is over. */
  readonly sessionIdle: number;
  /** From the login, whatever happens. */
  readonly sessionMax: number;
  /** Longer than an approval lives, its page of refusal included. */
  readonly interaction: number;
}

/** What an anonymous session keeps, it keeps for the time of one logout page. */
const ANONYMOUS_SESSION = 600;

/** The library refuses a lifetime of nothing: what just ended lives one more second, and its session does not. */
const AT_LEAST = 1;

export function createLifetimes(lifetimes: Lifetimes, clock: Clock) {
  const now = () => Math.floor(clock() / 1000);
  const remaining = (loginTs = 0) => Math.max(AT_LEAST, loginTs + lifetimes.sessionMax - now());

  return {
    /** In seconds since the epoch. */
    sessionEnd: (loginTs: number | undefined) => now() + remaining(loginTs),
    ttl: {
      AccessToken: lifetimes.accessToken,
      IdToken: lifetimes.idToken,
      AuthorizationCode: lifetimes.authorizationCode,
      Interaction: lifetimes.interaction,
      Grant: lifetimes.sessionMax,
      Session: (_ctx: unknown, session: { loginTs?: number | undefined }) =>
        session.loginTs === undefined ? ANONYMOUS_SESSION : remaining(session.loginTs),
      RefreshToken: (_ctx: unknown, token: { authTime?: number | undefined }) =>
        Math.min(lifetimes.refreshToken, remaining(token.authTime)),
    },
  };
}
