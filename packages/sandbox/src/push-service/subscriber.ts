import { createECDH, randomBytes } from 'node:crypto';
import ece from 'http_ece';
import { z } from 'zod';

/** What a phone keeps of its push subscription, in base64url: its address, and the keys that open what it receives. */
export const subscriberSchema = z.object({
  /** Last part of the endpoint: whoever knows it may try to push. */
  token: z.string(),
  publicKey: z.string(),
  privateKey: z.string(),
  auth: z.string(),
});
export type Subscriber = z.infer<typeof subscriberSchema>;

export function generateSubscriber(): Subscriber {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  return {
    token: randomBytes(24).toString('base64url'),
    publicKey: pair.getPublicKey('base64url'),
    privateKey: pair.getPrivateKey('base64url'),
    auth: randomBytes(16).toString('base64url'),
  };
}

/** The text of an `aes128gcm` message (RFC 8291). Throws when it was not encrypted for this subscriber. */
export function decryptPush({ privateKey, auth }: Subscriber, body: Buffer): string {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(privateKey, 'base64url');
  return ece.decrypt(body, { version: 'aes128gcm', privateKey: pair, authSecret: auth }).toString('utf8');
}
