import type { FastifyRequest } from 'fastify';

/**
 * Did one of our own pages post this form? Refuses one that another site made this browser post (CSRF). Today's browsers
 * say where a form comes from, by `Sec-Fetch-Site` or `Origin`. A request without either passes: it is no browser, or an
 * old one, whose SameSite cookie does not travel with another site's form.
 */
export function isOwnForm({ headers }: Pick<FastifyRequest, 'headers'>, ownOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === undefined || headers.origin === ownOrigin;
}
