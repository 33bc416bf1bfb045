import type { FastifyInstance } from 'fastify';
import type { Provider } from 'oidc-provider';
import { endpoints } from './endpoints.ts';
import { requesterOf } from './requester.ts';
import type { WorkingApplications } from './working-applications.ts';

/**
 * Pages of other origins read none of our answers, as at Pro Santé Connect: an application's secret is on a server. Our own
 * choice is one exception, for development: the pages of a developer's own machine that an application of test declared
 * (`development_origins`), where this provider accepts those (`TEST_APPLICATIONS`). Never with cookies.
 *
 * A preflight names no application: it is answered to the origins of any of them, and opens nothing by itself. The answer
 * that follows is readable when its application declared that very origin; or when it is an error about none, which tells
 * nothing of any.
 */
type Applications = Pick<WorkingApplications, 'get' | 'developmentOrigins'>;

/** What a page may call, besides the documents. */
const readable: readonly string[] = [
  endpoints.token,
  endpoints.userinfo,
  endpoints.introspection,
  endpoints.revocation,
];

const PREFLIGHT_MAX_AGE_S = 600;

/** Around the library, whose own CORS lets everybody read. */
export function letDevelopmentPagesRead(applications: Applications): Parameters<Provider['use']>[0] {
  return async (ctx, next) => {
    await next();
    const { origin } = requesterOf(ctx.req);
    if (origin === '' || !readable.includes(ctx.path)) return;
    const clientId = ctx.oidc?.client?.clientId;
    const declared =
      clientId === undefined
        ? ctx.status >= 400 && applications.developmentOrigins().has(origin)
        : applications.get(clientId)?.developmentOrigins.includes(origin);
    if (!declared) return;
    ctx.set(reading(origin));
    ctx.set('access-control-expose-headers', 'WWW-Authenticate');
  };
}

/** The headers with which a page of this origin may read a document that belongs to no application. */
export function documentReading(applications: Applications, origin: string | undefined) {
  return origin !== undefined && applications.developmentOrigins().has(origin) ? reading(origin) : {};
}

export function mountPreflights(
  app: FastifyInstance,
  applications: Applications,
  prefix: string,
  documents: readonly string[],
): void {
  for (const url of [...documents, ...readable.map((path) => prefix + path)]) {
    app.options(url, (request, reply) => {
      const { origin } = request.headers;
      const asked = request.headers['access-control-request-method'];
      if (asked === undefined || origin === undefined || !applications.developmentOrigins().has(origin)) {
        reply.callNotFound();
        return;
      }
      void reply
        .code(204)
        .headers({
          ...reading(origin),
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-max-age': String(PREFLIGHT_MAX_AGE_S),
        })
        .send();
    });
  }
}

function reading(origin: string) {
  return { 'access-control-allow-origin': origin, vary: 'Origin' };
}
