import type { FastifyInstance } from 'fastify';

/**
 * Another web site, open in the developer's browser, cannot play the professional here (CSRF): browsers say where a
 * request comes from (Fetch Metadata), programs say nothing. Pages of localhost, on any port, are of the same site.
 */
export function refuseOtherSites(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
    const isOpenedByAPerson = mode === 'navigate' && request.method === 'GET' && request.url === '/';
    if (site !== 'cross-site' || isOpenedByAPerson) return;
    return reply
      .code(403)
      .send({ error: 'other_site', message: 'Another web site may not use the sandbox.' });
  });
}
