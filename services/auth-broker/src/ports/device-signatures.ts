import type { AnswerClaims, DeviceRequestClaims, RegistrationClaims } from '@psc/contracts';
import type { PublicKey } from '#src/domain/device.ts';

/**
 * Did this device key sign this? Undefined is no: wrong key, kind, audience, or more than a minute away from `now`.
 * Without a key the work is the same and the answer is no, so that time does not tell which devices exist.
 */
export interface DeviceSignatures {
  /** Whose signature it claims to be: only says which key to verify with. */
  claimedDevice(jws: string): string;

  verifyRequest(
    jws: string,
    key: PublicKey | undefined,
    now: number,
  ): Promise<DeviceRequestClaims | undefined>;

  verifyAnswer(jws: string, key: PublicKey | undefined, now: number): Promise<AnswerClaims | undefined>;

  /** Signed by the very key it brings: proof that the phone holds it. */
  verifyRegistration(
    jws: string,
    now: number,
  ): Promise<{ readonly claims: RegistrationClaims; readonly publicKey: PublicKey } | undefined>;
}

/** How long a signature may be accepted at most: a minute before the signer's time, a minute after. */
export const SIGNATURE_LIFETIME_MS = 2 * 60_000;
