import { html, type Page, renderPage } from '@psc/pages';
import type { FastifyReply, FastifyRequest } from 'fastify';

const footer = html`<a href="/donnees-personnelles">En savoir plus sur la gestion de vos données et vos droits</a>`;

/** Sends a page of the wallet. */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const { body, headers } = renderPage({ ...page, footer });
  return reply.code(status).headers(headers).send(body);
}

/**
 * Fastify `onRequest`: no cache keeps these answers, and no other site reads their address in `Referer`. Not only pages:
 * redirects carry codes.
 */
export function forbidKeeping(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'same-origin');
  done();
}
