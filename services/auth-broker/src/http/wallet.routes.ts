import type { FastifyInstance } from 'fastify';
import { homePage } from './pages/home.ts';
import { privacyPage } from './pages/privacy.ts';
import { forbidKeeping, sendPage } from './send-page.ts';

/** The wallet host's own addresses, beside the logins. */
export function walletRoutes(needs: { readonly authorizationUrl: string }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', forbidKeeping);
    app.get('/', (_request, reply) => sendPage(reply, 200, homePage));
    app.get('/donnees-personnelles', (_request, reply) => sendPage(reply, 200, privacyPage));

    /** PSC's authorization address: handed on to oidc-provider as it came, character for character. */
    app.get('/auth', (request, reply) => {
      const url = request.raw.url ?? '';
      const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
      return reply.redirect(needs.authorizationUrl + query, 302);
    });
  };
}
