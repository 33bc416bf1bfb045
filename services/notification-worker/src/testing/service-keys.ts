import { generateKeyPairSync } from 'node:crypto';

/** The ES256 key of a service: what it signs with, and what the others trust. */
export function generateServiceKey(kid: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  const publicHalf = { kty: 'EC' as const, crv: 'P-256' as const, kid, x, y };
  return { publicHalf, privateKey: { ...publicHalf, d } };
}
