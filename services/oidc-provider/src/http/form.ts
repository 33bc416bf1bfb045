import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Bytes: a form of ours is small; the ID token of a logout is not. */
const LONGEST_FORM = 32 * 1024;

/** In a plugin of its own: reads forms, and leaves any other body unread, as if there were none. */
export function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: LONGEST_FORM },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
}

/** The fields of a posted form, or the query of an address. */
export function parametersOf(request: FastifyRequest): URLSearchParams {
  if (request.body instanceof URLSearchParams) return request.body;
  const { url } = request;
  return new URLSearchParams(
    request.method === 'GET' && url.includes('?') ? url.slice(url.indexOf('?')) : '',
  );
}

/** '' for what is absent; undefined when one of them comes twice, so that nobody reads another one than we do. */
export function readParameters<Name extends string>(
  given: URLSearchParams,
  names: readonly Name[],
): Readonly<Record<Name, string>> | undefined {
  if (names.some((name) => given.getAll(name).length > 1)) return undefined;
  // Every one of the names is a key of what is made here.
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])) as Record<Name, string>;
}
