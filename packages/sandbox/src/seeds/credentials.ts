import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** An ES256 key (RFC 7518 §6.2). */
export interface PrivateKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly kid: string;
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

/** With what an application proves who it is, by the names of the control API. */
export type Credentials =
  | { readonly client_secret: string }
  /** It signs its assertions with it. */
  | { readonly private_jwk: PrivateKey }
  /** PEM: its certificate and key, and the authority by which it believes our own server. */
  | { readonly certificate: string; readonly certificate_key: string; readonly server_ca: string }
  /** A public application. */
  | Readonly<Record<never, never>>;

export function generatePrivateKey(name: string): PrivateKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-256', kid: `${name}-${randomBytes(4).toString('hex')}`, x, y, d };
}

export function publicHalf({ d: _private, ...publicKey }: PrivateKey) {
  return { ...publicKey, alg: 'ES256', use: 'sig' };
}
