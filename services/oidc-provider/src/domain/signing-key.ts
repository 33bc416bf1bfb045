import type { SigningAlg } from './application.ts';

/**
 *   next ──▶ current ──▶ retired ──▶ (removed)
 *
 * next     published, so that applications know it before anything is signed with it; one per algorithm
 * current  signs; one per algorithm
 * retired  published still, until nothing it signed is in use
 *
 * When a key goes from one to another: key-rotation.ts.
 */
export type SigningKeyState = 'next' | 'current' | 'retired';

export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly state: SigningKeyState;
  readonly privateJwk: Readonly<Record<string, string>>;
}

const rank: Readonly<Record<SigningKeyState, number>> = { current: 0, next: 1, retired: 2 };

/** The engine signs with the first key of an algorithm: the current one. */
export function inSigningOrder(keys: readonly SigningKey[]): SigningKey[] {
  return keys.toSorted((one, other) => rank[one.state] - rank[other.state]);
}

/** Every algorithm that an application may choose. */
export const signingAlgs: readonly SigningAlg[] = ['RS256', 'ES256'];

/** Whether there is a key to sign with, whatever an application chose. */
export function canSign(keys: readonly SigningKey[]): boolean {
  return signingAlgs.every((alg) => keys.some((key) => key.alg === alg && key.state === 'current'));
}
