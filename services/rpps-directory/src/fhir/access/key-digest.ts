import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits: nobody guesses one, and a plain digest of one tells nothing. */
export function inventKey(): string {
  return `psc_${randomBytes(32).toString('base64url')}`;
}

export function digestOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
