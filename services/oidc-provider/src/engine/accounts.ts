import { hash, randomUUID } from 'node:crypto';
import { type AccountClaims, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Application } from '#src/domain/application.ts';
import { idTokenClaims, otherIds, userInfoClaims } from '#src/domain/claims.ts';
import { authModeOf } from '#src/domain/finished-login.ts';
import type { Professional } from '#src/domain/professional.ts';
import type { Subjects } from '#src/domain/subject.ts';
import type { Directory } from '#src/ports/directory.ts';
import { accessTokenValue } from './jwt-tokens.ts';
import { asOutage } from './outage.ts';
import { typOf } from './token-claims.ts';

/** The professional behind a session or a token, as the library calls one. */
interface Account {
  readonly accountId: string;
  readonly professional: Professional;
  claims(use: string): AccountClaims;
  readonly [key: string]: unknown;
}

export interface AccountNeeds {
  readonly directory: Directory;
  readonly subjects: Subjects;
  readonly applicationOf: (clientId: string | undefined) => Application;
}

/**
 * Loads the professional each time the engine is about to tell something of them: at the authorization, when a code or a
 * refresh token is redeemed, at UserInfo. Who is struck off the register meanwhile gets nothing more, nor does a `sub` whose
 * identifier leads to another one: what would be told is another person's, or this one's under another name.
 */
export function createFindAccount({ directory, subjects, applicationOf }: AccountNeeds) {
  return async (ctx: KoaContextWithOIDC, subject: string, token?: unknown): Promise<Account | undefined> => {
    const nationalId = subjects.nationalIdOf(subject);
    const professional =
      nationalId === undefined ? undefined : await directory.find(nationalId).catch(asOutage);
    const isReplaced = professional !== undefined && professional.nationalId !== nationalId;
    if (professional?.status !== 'active' || isReplaced) {
      // A code or a token of nobody: the library answers invalid_grant or invalid_token.
      if (token) return undefined;
      // The session goes with them, or nobody else could log in from this browser.
      await ctx.oidc.session?.destroy();
      if (isReplaced)
        throw new errors.LoginRequired('the professional has another identifier: they log in anew');
      throw new errors.AccessDenied('the professional may no longer log in');
    }
    const identity = { accountId: subject, professional };
    return {
      ...identity,
      claims: (use) =>
        use === 'userinfo'
          ? { sub: subject, ...userInfoOf(ctx, professional, applicationOf(ctx.oidc.client?.clientId)) }
          : { sub: subject, ...idTokenOf(ctx, professional) },
    };
  };
}

function userInfoOf(ctx: KoaContextWithOIDC, professional: Professional, application: Application) {
  const authMode = ctx.oidc.accessToken?.extra?.authMode === 'CARD' ? 'CARD' : 'MOBILE';
  return { ...userInfoClaims(professional, authMode, application.claims) };
}

/** What Keycloak puts in an ID token; the library adds iss, sub, aud, exp, iat, nonce, sid, acr and auth_time. */
function idTokenOf(ctx: KoaContextWithOIDC, professional: Professional) {
  const source = tokenSource(ctx);
  return {
    ...idTokenClaims(professional, authModeOf(source?.amr)),
    jti: randomUUID(),
    typ: typOf.id,
    azp: ctx.oidc.client?.clientId,
    session_state: source?.sid,
    at_hash: halfHash(accessTokenValue(ctx.oidc.accessToken)),
  };
}

/** What is said of an access token when it is introspected, and what UserInfo needs to know of its login. */
export function createExtraTokenClaims({ applicationOf }: Pick<AccountNeeds, 'applicationOf'>) {
  return (ctx: KoaContextWithOIDC) => {
    const source = tokenSource(ctx);
    const account = ctx.oidc.account;
    // The library types what `findAccount` answered as its own Account: ours, which findAccount alone makes, holds more.
    const professional = account && (account as Account).professional;
    if (!source || !professional) return undefined;
    return {
      typ: typOf.bearer,
      azp: source.clientId,
      nonce: source.nonce ?? '',
      session_state: source.sid,
      auth_time: source.authTime,
      acr: applicationOf(source.clientId).acr,
      authMode: authModeOf(source.amr),
      otherIds: otherIds(professional),
      SubjectNameID: professional.nationalId,
      preferred_username: professional.nationalId,
      username: professional.nationalId,
    };
  };
}

/** Of an access token (OpenID Connect Core §3.1.3.6), for the algorithms that we sign with. */
function halfHash(token: string | undefined): string | undefined {
  return token && hash('sha256', token, 'buffer').subarray(0, 16).toString('base64url');
}

/** What the tokens are given for: it knows the login. */
function tokenSource({ oidc }: KoaContextWithOIDC) {
  const { AuthorizationCode, BackchannelAuthenticationRequest, DeviceCode, RefreshToken } = oidc.entities;
  return AuthorizationCode ?? BackchannelAuthenticationRequest ?? DeviceCode ?? RefreshToken;
}
