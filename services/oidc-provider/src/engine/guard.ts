import { Unavailable } from '@psc/kernel';
import type { Logger } from '@psc/runtime';
import type { Provider } from 'oidc-provider';
import { endpoints } from './endpoints.ts';
import { Outage } from './outage.ts';
import { errorPage } from './pages/error-page.ts';
import { show } from './show.ts';

/** What browsers open; the rest is for applications. */
const pages = [endpoints.authorization, endpoints.end_session, endpoints.code_verification];

/** For the library's own pages, which post a form by script: it finds `script-src` here and adds that script's digest. */
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
      // The library answers its own errors itself: what arrives here was thrown by resume.ts.
      logger.error({ err: error }, 'a login could not be resumed');
      const unavailable = error instanceof Outage || error instanceof Unavailable;
      const trouble = unavailable ? 'unavailable' : 'unexpected';
      show(ctx, unavailable ? 503 : 500, errorPage({ trouble, retry: '' }));
    }
    // CORS: like PSC, no script of another origin may read our answers. The library would let all of them.
    ctx.remove('access-control-allow-origin');
    ctx.remove('access-control-expose-headers');
  };
}
