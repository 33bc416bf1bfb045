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

/** Seconds. A session without a login only remembers a logout page that awaits its answer. */
const ANONYMOUS_SESSION = 600;

/** Seconds, as at Keycloak: to read a code on one screen, type it on another, and approve. */
const DEVICE_CODE = 600;

/** Seconds. The library refuses a lifetime of 0: what belongs to a session that is just over is given this much. */
const AT_LEAST = 1;

export function createLifetimes(lifetimes: Lifetimes, clock: Clock) {
  const now = () => Math.floor(clock() / 1000);
  const remaining = (loginTs = 0) => Math.max(AT_LEAST, loginTs + lifetimes.sessionMax - now());

  return {
    /** In seconds since the epoch. */
    sessionEnd: (loginTs: number | undefined) => now() + remaining(loginTs),
    ttl: {
      AccessToken: lifetimes.accessToken,
      ClientCredentials: lifetimes.accessToken,
      IdToken: lifetimes.idToken,
      AuthorizationCode: lifetimes.authorizationCode,
      DeviceCode: DEVICE_CODE,
      Interaction: lifetimes.interaction,
      Grant: lifetimes.sessionMax,
      Session: (_ctx: unknown, session: { loginTs?: number | undefined }) =>
        session.loginTs === undefined ? ANONYMOUS_SESSION : remaining(session.loginTs),
      RefreshToken: (_ctx: unknown, token: { authTime?: number | undefined }) =>
        Math.min(lifetimes.refreshToken, remaining(token.authTime)),
    },
  };
}
