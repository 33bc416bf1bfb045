import { Unavailable } from '@psc/kernel';
import type { Logger } from '@psc/runtime';
import type { Provider } from 'oidc-provider';
import { endpoints } from './endpoints.ts';
import { Outage } from './outage.ts';
import { errorPage } from './pages/error-page.ts';
import { show } from './show.ts';

/** What browsers open; the rest is for applications. */
const pages = [endpoints.authorization, endpoints.end_session];

/** The library has pages of its own, that post a form by themselves: it adds the digest of their script to this. */
const POLICY = "default-src 'none'; script-src 'report-sample'; base-uri 'none'; frame-ancestors 'none'";

/** Around everything: headers that no page goes without, and the last resort of an error that nobody answered. */
export function guard(logger: Logger): Parameters<Provider['use']>[0] {
  return async (ctx, next) => {
    ctx.set('x-content-type-options', 'nosniff');
    if (pages.some((path) => ctx.path.startsWith(path))) {
      ctx.set('content-security-policy', POLICY);
      ctx.set('referrer-policy', 'no-referrer');
    }
    try {
      await next();
    } catch (error) {
      // The library answers its own errors: this one is of resume.ts.
      logger.error({ err: error }, 'a login could not be resumed');
      const unavailable = error instanceof Outage || error instanceof Unavailable;
      const trouble = unavailable ? 'unavailable' : 'unexpected';
      show(ctx, unavailable ? 503 : 500, errorPage({ trouble, retry: '' }));
    }
    // PSC answers no page of another origin; the library answers all of them.
    ctx.remove('access-control-allow-origin');
    ctx.remove('access-control-expose-headers');
  };
}
