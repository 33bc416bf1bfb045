import { html, type Page, renderPage } from '@psc/pages';
import type { FastifyReply, FastifyRequest } from 'fastify';

const footer = html`<a href="/donnees-personnelles">En savoir plus sur la gestion de vos données et vos droits</a>`;

/** Sends a page of the wallet. */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const { body, headers } = renderPage({ ...page, footer });
  return reply.code(status).headers(headers).send(body);
}

/** Fastify `onRequest`: nobody keeps these answers, nobody hears our addresses; the redirects too, that carry codes. */
export function forbidKeeping(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'same-origin');
  done();
}
