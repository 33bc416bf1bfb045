import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { DerivedKey } from '@psc/datastores';
import type { SigningAlg } from '#src/domain/application.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';
import { isSignedBy, type JsonObject, type JwsKey, readJws, signJws } from './jws.ts';
import { kindOf, type TokenKind } from './token-claims.ts';

/** Signs every token that leaves, and reads back those that come back to us. */
export interface TokenSigner {
  /** For whoever has our published keys. `typ` of the header tells one kind of JWT from another (RFC 8725 §3.11). */
  sign(alg: SigningAlg, claims: object, typ?: string): Promise<string>;
  /** For ourselves: the application keeps a refresh token and need not read it. */
  signForUs(claims: object): Promise<string>;
  /** The claims of what one of our published keys signed, whatever it is; undefined otherwise. */
  read(jwt: string): JsonObject | undefined;
  /** The `jti` of a token of this kind that we signed; undefined for anything else. Expiry is the store's to say. */
  readId(kind: TokenKind, jwt: string): string | undefined;
}

/** With HS512, as Keycloak signs its refresh tokens. */
const OWN_ALG = 'HS512';
/** At least as long as the digest (RFC 7518 §3.2). */
export const OWN_KEY_BYTES = 64;

/** `ownKeys`: the first one signs, the others still verify. */
export function createTokenSigner(keys: readonly SigningKey[], ownKeys: readonly DerivedKey[]): TokenSigner {
  const signing = new Map<SigningAlg, JwsKey>();
  const published = new Map<unknown, JwsKey>();
  for (const { kid, alg, state, privateJwk } of keys) {
    const key = createPrivateKey({ key: privateJwk, format: 'jwk' });
    published.set(kid, { kid, alg, key: createPublicKey(key) });
    if (state === 'current') signing.set(alg, { kid, alg, key });
  }
  const kept = new Map<unknown, JwsKey>(ownKeys.map(({ id, key }) => [id, { kid: id, alg: OWN_ALG, key }]));
  const [own] = kept.values();
  if (!own) throw new TypeError('no key for refresh tokens');

  function verify(keys: ReadonlyMap<unknown, JwsKey>, jwt: string, read = readJws(jwt)) {
    const key = read && keys.get(read.kid);
    return key && isSignedBy(key, jwt) ? read.claims : undefined;
  }

  return {
    async sign(alg, claims, typ = 'JWT') {
      const key = signing.get(alg);
      if (!key) throw new TypeError(`no current ${alg} key`);
      return signJws(key, claims, typ);
    },

    signForUs: (claims) => signJws(own, claims, 'JWT'),

    read: (jwt) => verify(published, jwt),

    readId(kind, jwt) {
      // First what costs little: a token is asked for as each kind in turn, and verified as the one that it is.
      const read = readJws(jwt);
      if (!read || kindOf(read.claims) !== kind) return undefined;
      const { jti } = verify(kind === 'refresh' ? kept : published, jwt, read) ?? {};
      return typeof jti === 'string' ? jti : undefined;
    },
  };
}
