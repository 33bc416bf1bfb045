import { CompactSign, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import type { SigningAlg } from '#src/domain/application.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';

/** Signs and reads back the access tokens. `typ` of the payload tells them from the ID tokens signed with the same keys. */
export interface TokenSigner {
  sign(alg: SigningAlg, payload: object): Promise<string>;
  /** The `jti` of an access token that one of our keys signed; undefined otherwise. Expiry is the store's to say. */
  readTokenId(jwt: string): Promise<string | undefined>;
}

export async function createTokenSigner(keys: readonly SigningKey[]): Promise<TokenSigner> {
  const imported = await Promise.all(
    keys.map(async ({ kid, alg, state, privateJwk }) => {
      const { d, p, q, dp, dq, qi, ...publicJwk } = privateJwk;
      const [privateKey, publicKey] = [await importJWK(privateJwk, alg), await importJWK(publicJwk, alg)];
      return { kid, alg, state, privateKey, publicKey };
    }),
  );
  const signing = new Map(imported.filter(({ state }) => state === 'current').map((key) => [key.alg, key]));
  const verifying = new Map(imported.map((key) => [key.kid, key]));

  return {
    async sign(alg, payload) {
      const key = signing.get(alg);
      if (!key) throw new TypeError(`no current ${alg} key`);
      return new CompactSign(Buffer.from(JSON.stringify(payload)))
        .setProtectedHeader({ alg, typ: 'JWT', kid: key.kid })
        .sign(key.privateKey);
    },

    async readTokenId(jwt) {
      try {
        const key = verifying.get(decodeProtectedHeader(jwt).kid ?? '');
        if (!key) return undefined;
        const { payload } = await compactVerify(jwt, key.publicKey, { algorithms: [key.alg] });
        const claims: { typ?: unknown; jti?: unknown } = JSON.parse(Buffer.from(payload).toString());
        return claims.typ === ACCESS_TOKEN && typeof claims.jti === 'string' ? claims.jti : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** `typ` of Keycloak's access tokens. */
export const ACCESS_TOKEN = 'Bearer';
