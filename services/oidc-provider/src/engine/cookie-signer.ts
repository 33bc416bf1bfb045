import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** What the library asks of its cookies' keys. */
export interface CookieSigner {
  sign(cookie: string): string;
  verify(cookie: string, signature: string): boolean;
  /** Which key made this signature, the current one being 0; -1 for none. */
  index(cookie: string, signature: string): number;
}

/**
 * Signs cookies with HMAC-SHA-256 under the first key; the others still verify, until what they signed has lapsed. The
 * library's own signer is HMAC-SHA-1 and makes its keys anew for each of the ten signatures of a login.
 */
export function createCookieSigner(keys: readonly string[]): CookieSigner {
  const ring = keys.map((key) => createSecretKey(key, 'utf8'));

  const digest = (key: (typeof ring)[number] | undefined, cookie: string) => {
    if (!key) throw new TypeError('cookies are signed with at least one key');
    return createHmac('sha256', key).update(cookie).digest();
  };
  const index = (cookie: string, signature: string) => {
    const given = Buffer.from(signature, 'base64url');
    return ring.findIndex((key) => {
      const expected = digest(key, cookie);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  };

  return {
    sign: (cookie) => digest(ring[0], cookie).toString('base64url'),
    verify: (cookie, signature) => index(cookie, signature) !== -1,
    index,
  };
}
