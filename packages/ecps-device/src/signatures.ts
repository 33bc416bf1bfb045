import { type AnswerClaims, deviceJwsTypes } from '@psc/contracts';
import { exportJWK, SignJWT } from 'jose';
import type { DeviceKeys } from './keys.ts';

/** The three signatures of the device protocol (see @psc/contracts, ecps-device.ts). */
export interface Signatures {
  registration(ticket: string): Promise<string>;
  request(deviceId: string, method: string, url: string): Promise<string>;
  answer(deviceId: string, claims: Omit<AnswerClaims, 'aud' | 'iat'>): Promise<string>;
}

export function createSignatures(keys: DeviceKeys, audience: string, clock: () => number): Signatures {
  const sign = (header: object, claims: object) =>
    new SignJWT({ ...claims, aud: audience, iat: Math.floor(clock() / 1000) })
      .setProtectedHeader({ ...header, alg: 'ES256' })
      .sign(keys.privateKey);

  return {
    async registration(ticket) {
      const { kty, crv, x, y } = await exportJWK(keys.publicKey);
      const header = { typ: deviceJwsTypes.registration, jwk: { kty, crv, x, y } };
      return sign(header, { ticket, jti: crypto.randomUUID() });
    },
    request: (deviceId, htm, htu) =>
      sign({ typ: deviceJwsTypes.request, kid: deviceId }, { htm, htu, jti: crypto.randomUUID() }),
    answer: (deviceId, claims) => sign({ typ: deviceJwsTypes.answer, kid: deviceId }, claims),
  };
}
