import type { SigningAlg } from '#src/domain/application.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';

export interface SigningKeys {
  list(): Promise<readonly SigningKey[]>;
  /** Adds a key, unless there is a current one of its algorithm already: of several at once, one is added. */
  addFirst(key: SigningKey): Promise<boolean>;
}

/** Makes private keys, with the RFC 7638 thumbprint as `kid`. */
export type GenerateSigningKey = (alg: SigningAlg) => Promise<SigningKey>;
