import type { AdapterPayload } from 'oidc-provider';
import type { SigningAlg } from '#src/domain/application.ts';
import { knownScopes } from './scopes.ts';

/** What we give that comes back to us. An ID token and a signed UserInfo never do, but as a hint of who logs out. */
export type TokenKind =
  /** Of a professional who logged in. */
  | 'access'
  /** Of an application for itself (`client_credentials`), Keycloak's service account. */
  | 'service'
  | 'refresh';

/** `typ` of Keycloak's tokens, among their claims. */
export const typOf = { id: 'ID', bearer: 'Bearer', refresh: 'Refresh' } as const;

/** Of a token whose signature was, or will be, verified. An application speaks for itself when `sub` is itself. */
export function kindOf(claims: { typ?: unknown; sub?: unknown; azp?: unknown }): TokenKind | undefined {
  if (claims.typ === typOf.refresh) return 'refresh';
  if (claims.typ !== typOf.bearer) return undefined;
  return claims.sub === claims.azp ? 'service' : 'access';
}

/** What the library calls the algorithm that an application chose, as one of those that we sign with. */
export function algOf(chosen: string | undefined): SigningAlg {
  return chosen === 'ES256' ? 'ES256' : 'RS256';
}

/** A token as the library keeps it, and what `extraTokenClaims` added to it. */
export type StoredToken = Pick<
  AdapterPayload,
  'accountId' | 'clientId' | 'exp' | 'iat' | 'jti' | 'nonce' | 'scope' | 'sid' | 'extra' | 'x5t#S256'
>;

/**
 * The access token of PSC (psc-protocol §3.1), without `aud`. `extra` holds what is known of the login; `username`, which
 * introspection alone tells, stays behind.
 */
export function accessTokenClaims(issuer: string, token: StoredToken) {
  const { username, ...login } = token.extra ?? {};
  const { exp, iat, jti, accountId: sub, scope, sid } = token;
  return { exp, iat, jti, iss: issuer, sub, ...login, scope, sid, ...confirmation(token) };
}

/** What an application holds that no professional logged in for: it is its own subject. Our choice; Keycloak's is a UUID. */
export function serviceTokenClaims(issuer: string, token: StoredToken) {
  const { exp, iat, jti, clientId, scope = '' } = token;
  return {
    exp,
    iat,
    jti,
    iss: issuer,
    sub: clientId,
    typ: typOf.bearer,
    azp: clientId,
    scope,
    preferred_username: serviceAccountOf(clientId),
    ...confirmation(token),
  };
}

/** Clients of PSC open it: the DMP's box reads every one of these claims without asking whether it is there. */
export function refreshTokenClaims(issuer: string, token: StoredToken) {
  const { exp, iat, jti, accountId: sub, clientId: azp, nonce = '', scope, sid } = token;
  return {
    exp,
    iat,
    jti,
    iss: issuer,
    aud: issuer,
    sub,
    typ: typOf.refresh,
    azp,
    nonce,
    session_state: sid,
    scope: knownScopes(scope),
    sid,
    ...confirmation(token),
  };
}

/** By the name that Keycloak gives to the account of an application. */
export function serviceAccountOf(clientId: string | undefined): string {
  return `service-account-${clientId}`;
}

/** The certificate that the token is bound to (RFC 8705 §3.1): base64url of the digest, not of its hexadecimal form. */
function confirmation(token: StoredToken) {
  const thumbprint = token['x5t#S256'];
  return thumbprint === undefined ? {} : { cnf: { 'x5t#S256': thumbprint } };
}
