import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import type { GenerateSigningKey } from '#src/ports/signing-keys.ts';

const RSA_BITS = 2048;
const jwkSchema = z.record(z.string(), z.string());

/** RS256 on 2048 bits, as Pro Santé Connect signs; ES256 on P-256. */
export const generateSigningKey: GenerateSigningKey = async (alg) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: RSA_BITS });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk, 'sha256');
  return { kid, alg, state: 'current', privateJwk: jwkSchema.parse({ ...jwk, kid, alg, use: 'sig' }) };
};
