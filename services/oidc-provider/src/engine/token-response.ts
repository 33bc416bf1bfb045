import type { Logger } from '@psc/runtime';
import type { Provider } from 'oidc-provider';
import { endpoints } from './endpoints.ts';
import type { EngineStore } from './store.ts';

/**
 * What Keycloak adds to a token response, and what clients of PSC require of it. A refresh is also a sign of life of the
 * session: services refresh to keep it alive.
 */
export function completeTokenResponse(
  store: Pick<EngineStore, 'touchSession'>,
  logger: Logger,
): Parameters<Provider['use']>[0] {
  return async (ctx, next) => {
    await next();
    if (ctx.path !== endpoints.token || ctx.status !== 200) return;
    const { AccessToken, RefreshToken, RotatedRefreshToken } = ctx.oidc.entities;
    ctx.body = {
      scope: '',
      // Koa leaves the body untyped; a token response that succeeded is a JSON object.
      ...(ctx.body as object),
      // 0 for what cannot be refreshed, as Keycloak says it.
      refresh_expires_in: RefreshToken?.expiration ?? 0,
      'not-before-policy': 0,
      session_state: AccessToken?.sid,
    };
    if (!RotatedRefreshToken?.sessionUid) return;
    await store.touchSession(RotatedRefreshToken.sessionUid).catch((error: unknown) => {
      // The tokens are issued: they are not lost because the session was not prolonged.
      logger.warn({ err: error }, 'a session was not prolonged');
    });
  };
}
