import {
  answerClaimsSchema,
  deviceJwsTypes,
  devicePublicKeySchema,
  deviceRequestClaimsSchema,
  registrationClaimsSchema,
} from '@psc/contracts';
import { type CryptoKey, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { z } from 'zod';
import type { PublicKey } from '#src/domain/device.ts';
import type { DeviceSignatures } from '#src/ports/device-signatures.ts';

/** How far a phone's clock may be from ours. */
const TOLERANCE_S = 60;

/** The example key of RFC 7515 A.3: what an unknown device's signature is checked against, and refused whatever it gives. */
const decoy: PublicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};

/** `audience`: the wallet's public origin. */
export function createJoseDeviceSignatures(audience: string): DeviceSignatures {
  return {
    claimedDevice(jws) {
      const kid = readHeader(jws)?.kid;
      // Nothing vouches for it yet: what cannot be one of our identifiers must not reach the database.
      return typeof kid === 'string' && /^[\w-]{1,128}$/.test(kid) ? kid : '';
    },

    async verifyRequest(jws, key, now) {
      const claims = await verify(jws, deviceJwsTypes.request, deviceRequestClaimsSchema, key ?? decoy, now);
      return key && claims;
    },

    async verifyAnswer(jws, key, now) {
      const claims = await verify(jws, deviceJwsTypes.answer, answerClaimsSchema, key ?? decoy, now);
      return key && claims;
    },

    async verifyRegistration(jws, now) {
      const publicKey = devicePublicKeySchema.safeParse(readHeader(jws)?.jwk).data;
      if (!publicKey) return undefined;
      const claims = await verify(jws, deviceJwsTypes.registration, registrationClaimsSchema, publicKey, now);
      return claims && { claims, publicKey };
    },
  };

  async function verify<Claims extends { aud: string; iat: number }>(
    jws: string,
    typ: string,
    schema: z.ZodType<Claims>,
    jwk: PublicKey,
    now: number,
  ): Promise<Claims | undefined> {
    const key = await importKey(jwk);
    if (!key) return undefined;
    const payload = await jwtVerify(jws, key, {
      algorithms: ['ES256'],
      typ,
      audience,
      currentDate: new Date(now),
    }).then(
      (verified) => verified.payload,
      // Whatever is wrong with what a stranger sent, it is not a signature.
      () => undefined,
    );
    const claims = schema.safeParse(payload).data;
    return claims && Math.abs(now / 1000 - claims.iat) <= TOLERANCE_S ? claims : undefined;
  }
}

/** Undefined when the point is not on the curve. */
async function importKey(jwk: PublicKey): Promise<CryptoKey | undefined> {
  const key = await importJWK(jwk, 'ES256').catch(() => undefined);
  return key instanceof Uint8Array ? undefined : key;
}

function readHeader(jws: string) {
  try {
    return decodeProtectedHeader(jws);
  } catch {
    return undefined;
  }
}
