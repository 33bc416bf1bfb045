import { type Page, renderPage } from '@psc/pages';
import type { FastifyReply } from 'fastify';

export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const { body, headers } = renderPage(page);
  return reply.code(status).headers(headers).send(body);
}
