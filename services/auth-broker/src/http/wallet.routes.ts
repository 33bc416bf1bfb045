import type { FastifyInstance } from 'fastify';
import { homePage } from './pages/home.ts';
import { privacyPage } from './pages/privacy.ts';
import { reportPage } from './pages/report.ts';
import { forbidKeeping, sendPage } from './send-page.ts';

/** Bytes: as much as oidc-provider reads. */
const LONGEST_REQUEST = 16 * 1024;

/** The wallet host's own addresses, beside the logins. */
export function walletRoutes(needs: { readonly authorizationUrl: string; readonly portalUrl: string }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', forbidKeeping);
    const home = homePage(needs.portalUrl);
    app.get('/', (_request, reply) => sendPage(reply, 200, home));
    // Where Pro Santé Connect has its portal.
    app.get('/login-page', (_request, reply) => reply.redirect(needs.portalUrl, 302));
    app.get('/donnees-personnelles', (_request, reply) => sendPage(reply, 200, privacyPage));
    app.get('/signalement', (_request, reply) => sendPage(reply, 200, reportPage));

    /** PSC's authorization address: handed on to oidc-provider as it came, character for character. */
    app.get('/auth', (request, reply) => {
      const url = request.raw.url ?? '';
      const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
      return reply.redirect(needs.authorizationUrl + query, 302);
    });

    /** Posted: the browser posts it again over there. 307 keeps the form as it is, and out of the address. */
    await app.register(async (posted) => {
      posted.removeAllContentTypeParsers();
      posted.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string', bodyLimit: LONGEST_REQUEST },
        (_request, _body, done) => done(null),
      );
      posted.post('/auth', (_request, reply) => reply.redirect(needs.authorizationUrl, 307));
    });
  };
}
