import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/**
 * Authenticated encryption (AES-256-GCM, NIST SP 800-38D) for what is kept in a datastore that must have no authority.
 * The record's name is the additional data: a sealed value copied under another name does not open.
 */
export interface Seal {
  seal(name: string, plaintext: string): string;

  /** Undefined when the value was forged, copied from another record, or sealed by a key we no longer have. */
  open(name: string, sealed: string): string | undefined;

  /**
   * Keyed digests of a value that must be found again without being readable: one per key, the current one first.
   * Write under the first, read under all, so that a rotated key loses nothing.
   */
  pseudonyms(value: string): readonly string[];
}

interface SealKey {
  readonly id: string;
  /** Key objects: given bytes, Node would make one for each call, at three times the price. */
  readonly encryption: KeyObject;
  readonly pseudonym: KeyObject;
}

const VERSION = 's1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * `keys`: `id:base64 of 32 bytes`, separated by commas. The first one seals; the others only open, until what they
 * sealed has lapsed. One key seals 2^32 values at most (random IV, NIST SP 800-38D §8.3): rotate before. Throws when a
 * key is not of this shape; the message never quotes it.
 */
export function createSeal(keys: string): Seal {
  const [first, ...others] = parseSecrets(keys);
  const current = sealKeyOf(first);
  const ring = [current, ...others.map(sealKeyOf)];
  const byId = new Map(ring.map((key) => [key.id, key]));

  return {
    seal(name, plaintext) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.encryption, iv);
      cipher.setAAD(Buffer.from(name));
      const sealed = Buffer.concat([
        iv,
        cipher.update(plaintext, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${VERSION}.${current.id}.${sealed.toString('base64url')}`;
    },

    open(name, sealed) {
      const [version, keyId, body, ...rest] = sealed.split('.');
      const key = byId.get(keyId ?? '');
      if (version !== VERSION || !key || !body || rest.length > 0) return undefined;
      const bytes = Buffer.from(body, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key.encryption, bytes.subarray(0, IV_BYTES), {
        // Without this, a truncated tag would be accepted and could be guessed.
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(name));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return (
          decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        return undefined;
      }
    },

    pseudonyms(value) {
      return ring.map((key) => createHmac('sha256', key.pseudonym).update(value).digest('base64url'));
    },
  };
}

/**
 * Keys of another use than sealing, from the same secrets: the current one first, the others for what it replaced. What is
 * made for one use is worth nothing for another.
 */
export function deriveKeys(keys: string, use: string, bytes: number): readonly DerivedKey[] {
  return parseSecrets(keys).map(({ id, secret }) => ({ id, key: derive(secret, `psc use ${use}`, bytes) }));
}

export interface DerivedKey {
  /** That of the secret. */
  readonly id: string;
  readonly key: KeyObject;
}

interface Secret {
  readonly id: string;
  readonly secret: Buffer;
}

function parseSecrets(keys: string): [Secret, ...Secret[]] {
  const secrets = keys.split(',').map((entry) => {
    const [, id, secret] = /^([A-Za-z0-9_-]{1,16}):([A-Za-z0-9+/_-]{43}=?)$/.exec(entry.trim()) ?? [];
    if (!id || !secret) throw new TypeError('a sealing key must be "id:base64 of 32 bytes"');
    return { id, secret: Buffer.from(secret, 'base64') };
  });
  if (new Set(secrets.map(({ id }) => id)).size < secrets.length)
    throw new TypeError('two sealing keys have the same id');
  const [first, ...others] = secrets;
  if (!first) throw new TypeError('at least one sealing key is needed');
  return [first, ...others];
}

function sealKeyOf({ id, secret }: Secret): SealKey {
  return {
    id,
    encryption: derive(secret, 'psc seal encryption', 32),
    pseudonym: derive(secret, 'psc seal pseudonym', 32),
  };
}

/** One key for one use (NIST SP 800-108): encrypting and pseudonymising never share a key. */
function derive(secret: Buffer, use: string, bytes: number): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', use, bytes)));
}
