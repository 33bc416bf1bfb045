/**
 * A phone that answers for a professional.
 *
 *   activate ──▶ active ──── third wrong PIN ────▶ locked
 *                 │  ▲
 *    struck off   ▼  │ reappeared
 *                silent
 *
 * Nothing unlocks a device: a new activation makes a new one. Silence is its owner's: all of their phones are silent
 * together, those that they activate meanwhile too.
 */
export interface Device {
  readonly id: string;
  readonly nationalId: string;
  readonly state: 'active' | 'locked' | 'silent';
  readonly publicKey: PublicKey;
}

/** P-256 (RFC 7517). */
export interface PublicKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** What one try of the PIN gave. `locked`: by this try or before it; the PIN was then not even looked at. */
export type PinVerdict =
  | { readonly verdict: 'right' }
  | { readonly verdict: 'wrong'; readonly remainingTries: number }
  | { readonly verdict: 'locked' };

/** At most this many phones are told of one login: the newest ones. */
export const MOST_NOTIFIED_DEVICES = 10;
