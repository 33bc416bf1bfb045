import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Page, renderPage } from './pages/page.ts';

/**
 * Sends a page to which nothing can be added. No `form-action`: Chromium applies it to every redirect that follows a
 * form, and ours end at the application, wherever that is.
 */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy.join('; '))
    .header('x-content-type-options', 'nosniff')
    .send(renderPage(page, nonce));
}

/**
 * Fastify `onRequest`: nobody keeps these answers, nobody hears our addresses. `same-origin` and not `no-referrer`: with
 * the latter, browsers post our own forms with `Origin: null`.
 */
export function forbidKeeping(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'same-origin');
  done();
}
