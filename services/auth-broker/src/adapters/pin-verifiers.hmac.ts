import { createHmac } from 'node:crypto';
import type { PinVerifiers } from '#src/ports/pin-verifiers.ts';

/**
 * HMAC-SHA-256 over the device and the PIN. `keys`: `id:base64 of 32 bytes`, separated by commas; the first one is the
 * current one. A key may go once every device has answered with its PIN since the next one came, or is activated again.
 * Throws when a key is not of this shape; the message never quotes it.
 */
export function createHmacPinVerifiers(keys: string): PinVerifiers {
  const [current, ...others] = parseKeys(keys);
  return {
    of(deviceId, pin) {
      const verifier = ({ id, secret }: PinKey) =>
        `${id}.${createHmac('sha256', secret).update(`${deviceId}:${pin}`).digest('base64url')}`;
      return [verifier(current), ...others.map(verifier)];
    },
  };
}

interface PinKey {
  readonly id: string;
  readonly secret: Buffer;
}

function parseKeys(keys: string): [PinKey, ...PinKey[]] {
  const ring = keys.split(',').map((entry) => {
    const [, id, secret] = /^([A-Za-z0-9_-]{1,16}):([A-Za-z0-9+/_-]{43}=?)$/.exec(entry.trim()) ?? [];
    if (!id || !secret) throw new TypeError('a PIN key must be "id:base64 of 32 bytes"');
    return { id, secret: Buffer.from(secret, 'base64') };
  });
  if (new Set(ring.map(({ id }) => id)).size < ring.length)
    throw new TypeError('two PIN keys have the same id');
  const [first, ...others] = ring;
  if (!first) throw new TypeError('at least one PIN key is needed');
  return [first, ...others];
}
