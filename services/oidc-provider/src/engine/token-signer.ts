import type { DerivedKey } from '@psc/datastores';
import {
  type CompactJWSHeaderParameters,
  CompactSign,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
} from 'jose';
import type { SigningAlg } from '#src/domain/application.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';
import { kindOf, type TokenKind } from './token-claims.ts';

/** Signs every token that leaves, and reads back those that come back to us. */
export interface TokenSigner {
  /** For whoever has our published keys. `typ` of the header tells one kind of JWT from another (RFC 8725 §3.11). */
  sign(alg: SigningAlg, claims: object, typ?: string): Promise<string>;
  /** For ourselves: the application keeps a refresh token and need not read it. */
  signForUs(claims: object): Promise<string>;
  /** The claims of what one of our published keys signed, whatever it is; undefined otherwise. */
  read(jwt: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** The `jti` of a token of this kind that we signed; undefined for anything else. Expiry is the store's to say. */
  readId(kind: TokenKind, jwt: string): Promise<string | undefined>;
}

/** With HS512, as Keycloak signs its refresh tokens. */
export const OWN_ALG = 'HS512';
/** At least as long as the digest (RFC 7518 §3.2). */
export const OWN_KEY_BYTES = 64;

type VerifyingKey = { readonly alg: string; readonly key: Parameters<CompactSign['sign']>[0] };

export async function createTokenSigner(
  keys: readonly SigningKey[],
  ownKeys: readonly DerivedKey[],
): Promise<TokenSigner> {
  const imported = await Promise.all(
    keys.map(async ({ kid, alg, state, privateJwk }) => {
      const { d, p, q, dp, dq, qi, ...publicJwk } = privateJwk;
      const [privateKey, publicKey] = [await importJWK(privateJwk, alg), await importJWK(publicJwk, alg)];
      return { kid, alg, state, privateKey, publicKey };
    }),
  );
  const signing = new Map(imported.filter(({ state }) => state === 'current').map((key) => [key.alg, key]));
  const published = new Map<string, VerifyingKey>(
    imported.map(({ kid, alg, publicKey }) => [kid, { alg, key: publicKey }]),
  );
  const [own] = ownKeys;
  if (!own) throw new TypeError('no key for refresh tokens');
  const kept = new Map<string, VerifyingKey>(ownKeys.map(({ id, key }) => [id, { alg: OWN_ALG, key }]));

  async function readWith(keys: ReadonlyMap<string, VerifyingKey>, jwt: string) {
    try {
      const found = keys.get(decodeProtectedHeader(jwt).kid ?? '');
      if (!found) return undefined;
      const { payload } = await compactVerify(jwt, found.key, { algorithms: [found.alg] });
      const claims: Readonly<Record<string, unknown>> = JSON.parse(Buffer.from(payload).toString());
      return claims;
    } catch {
      return undefined;
    }
  }

  return {
    async sign(alg, claims, typ = 'JWT') {
      const key = signing.get(alg);
      if (!key) throw new TypeError(`no current ${alg} key`);
      return compact(claims, { alg, typ, kid: key.kid }, key.privateKey);
    },

    signForUs: (claims) => compact(claims, { alg: OWN_ALG, typ: 'JWT', kid: own.id }, own.key),

    read: (jwt) => readWith(published, jwt),

    async readId(kind, jwt) {
      // First what costs nothing: a token is asked for as each kind in turn, and verified as the one that it is.
      if (claimedKindOf(jwt) !== kind) return undefined;
      const { jti } = (await readWith(kind === 'refresh' ? kept : published, jwt)) ?? {};
      return typeof jti === 'string' ? jti : undefined;
    },
  };
}

/** Nothing is believed of it before its signature is verified. */
function claimedKindOf(jwt: string): TokenKind | undefined {
  try {
    return kindOf(decodeJwt(jwt));
  } catch {
    return undefined;
  }
}

async function compact(
  claims: object,
  header: CompactJWSHeaderParameters,
  key: VerifyingKey['key'],
): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(key);
}
