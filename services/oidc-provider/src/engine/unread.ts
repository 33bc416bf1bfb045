import type { IncomingMessage } from 'node:http';

/**
 * Gives the body back to a request whose stream was read, as one that nobody has read yet. The library reads bodies itself:
 * of one that was read before, it says so on stderr, and parses it in another way.
 */
export function unread(request: IncomingMessage, body: Buffer): void {
  Object.defineProperties(request, {
    readable: { value: true },
    iterator: { value: () => [body] },
  });
  // Of a body that we changed: the library compares them.
  if (request.headers['content-length'] !== undefined)
    request.headers['content-length'] = String(body.length);
}
