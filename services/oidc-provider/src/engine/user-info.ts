import type { Provider } from 'oidc-provider';
import { endpoints } from './endpoints.ts';

const FORM = 'application/x-www-form-urlencoded';
const SIGNED = 'application/jwt';

/**
 * Keycloak looks at nothing of a request to UserInfo but the token, in the header or in a form (RFC 6750 §2.2). The library
 * would refuse a body of another type, and a `scope` that was not granted.
 */
export const tolerateUserInfoRequest: Parameters<Provider['use']>[0] = async (ctx, next) => {
  if (ctx.path !== endpoints.userinfo) return next();
  ctx.querystring = '';
  if (ctx.is(FORM) === FORM) {
    // The body was read before the library, which finds it here (mount.ts).
    const { body } = ctx.req as typeof ctx.req & { readonly body?: string };
    const form = new URLSearchParams();
    for (const token of new URLSearchParams(body).getAll('access_token')) form.append('access_token', token);
    Object.assign(ctx.req, { body: form.size > 0 ? form.toString() : '&' });
  } else {
    delete ctx.req.headers['content-type'];
  }
  await next();
  // The library adds a charset, which the type of a JWT does not have.
  if (ctx.response.is(SIGNED)) ctx.set('content-type', SIGNED);
};
