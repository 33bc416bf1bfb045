import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Subjects } from '#src/domain/subject.ts';
import { endpoints } from './endpoints.ts';
import {
  accessTokenClaims,
  refreshTokenClaims,
  serviceAccountOf,
  serviceTokenClaims,
} from './token-claims.ts';

/** What Keycloak tells of a live token: its own claims, the application, and who it is. Of a dead one, that alone. */
export function completeIntrospection(issuer: string, subjects: Subjects): Parameters<Provider['use']>[0] {
  function told({ AccessToken, ClientCredentials, RefreshToken }: KoaContextWithOIDC['oidc']['entities']) {
    if (AccessToken) return accessTokenClaims(issuer, AccessToken);
    if (RefreshToken) return refreshTokenClaims(issuer, RefreshToken);
    return ClientCredentials && serviceTokenClaims(issuer, ClientCredentials);
  }

  return async (ctx, next) => {
    await next();
    // Koa leaves the body untyped; an introspection that succeeded is a JSON object.
    if (ctx.path !== endpoints.introspection || !(ctx.body as { active?: boolean } | undefined)?.active)
      return;
    const { entities } = ctx.oidc;
    const { accountId, clientId } = entities.AccessToken ?? entities.RefreshToken ?? {};
    const client = clientId ?? entities.ClientCredentials?.clientId;
    ctx.body = {
      ...told(entities),
      client_id: client,
      username: accountId === undefined ? serviceAccountOf(client) : subjects.nationalIdOf(accountId),
      token_type: 'Bearer',
      active: true,
    };
  };
}
