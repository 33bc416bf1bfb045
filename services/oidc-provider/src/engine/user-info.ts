import type { Provider } from 'oidc-provider';
import { endpoints } from './endpoints.ts';

const FORM = 'application/x-www-form-urlencoded';
const SIGNED = 'application/jwt';

/**
 * Of a request to UserInfo, Keycloak looks at the token alone: in the header, or in a form (RFC 6750 §2.2). The library
 * would refuse a body of another type, and a `scope` that was not granted.
 */
export const tolerateUserInfoRequest: Parameters<Provider['use']>[0] = async (ctx, next) => {
  if (ctx.path !== endpoints.userinfo) return next();
  ctx.querystring = '';
  const { headers } = ctx.req;
  // Of no type: the library leaves it unread.
  if (headers.authorization !== undefined || ctx.is(FORM) !== FORM) delete headers['content-type'];
  await next();
  // The library adds a charset, which the type of a JWT does not have.
  if (ctx.response.is(SIGNED)) ctx.set('content-type', SIGNED);
};
