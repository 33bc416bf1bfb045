import type { Adapter } from 'oidc-provider';
import type { Sessions } from '#src/ports/sessions.ts';

/**
 * Where the engine keeps what lives for seconds to hours: interactions, sessions, grants, codes, tokens. One method, one
 * round trip. A store that does not answer throws `Unavailable`; a record that was tampered with is as if absent.
 */
export interface EngineStore {
  /** The library's port, for one of its models (`AuthorizationCode`, `Session`…). */
  adapterFor(model: string): Adapter;

  /** A sign of life of an application: the session's idle time begins again, within its longest life. */
  touchSession(uid: string): Promise<void>;

  /** The sessions that are saved by `adapterFor('Session')`, as the rest of the service knows them. */
  readonly sessions: Sessions;
}

export interface StoreSettings {
  /** A session that nobody used for so long is over. */
  readonly sessionIdleSeconds: number;
}

/**
 * The library forgives as much of a clock's advance when it reads `exp`: a record that were gone at `exp` exactly would
 * take that away.
 */
export const CLOCK_TOLERANCE_SECONDS = 15;

/** A session that ended stays known as ended while requests that had read it are still in flight. */
export const ENDED_SESSION_SECONDS = 60;

/** Noted for one professional. They last four hours: more at once are no person's. */
export const MOST_SESSIONS = 200;

/** The code that a person types for their device: a record of ours, not of the library. */
export const USER_CODE = 'UserCode';

/** Models that are used once: redeeming them is a compare-and-set. */
export const consumables: ReadonlySet<string> = new Set([
  'AuthorizationCode',
  'BackchannelAuthenticationRequest',
  'DeviceCode',
  'PreAuthorizedCode',
  'PushedAuthorizationRequest',
  'RefreshToken',
  USER_CODE,
]);
