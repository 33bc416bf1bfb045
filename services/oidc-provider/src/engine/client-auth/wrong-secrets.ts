import type { IncomingMessage } from 'node:http';

const seen = new WeakSet<IncomingMessage>();

/**
 * A secret that proved nothing was shown, in a request that goes on to the library. It may refuse the request for something
 * else, before it looks at the secret: the try is a failure all the same, or whoever guesses could guess for ever.
 */
export function noteWrongSecret(request: IncomingMessage): void {
  seen.add(request);
}

export function hadWrongSecret(request: IncomingMessage): boolean {
  return seen.has(request);
}
