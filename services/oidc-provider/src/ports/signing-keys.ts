import type { SigningAlg } from '#src/domain/application.ts';
import type { KeyTimes } from '#src/domain/key-rotation.ts';
import type { SigningKey, SigningKeyState } from '#src/domain/signing-key.ts';

/** The signing keys, of which there is one set for all replicas. */
export interface SigningKeys {
  list(): Promise<readonly SigningKey[]>;

  /** Where each key stands, the newest first, and the time by the clock that all replicas share. */
  times(): Promise<KeysAtTime>;

  /**
   * Changes the keys one caller at a time, whoever else calls: `decide` sees them as they are, and all of what it answers is
   * done in its order, or nothing. Each change is added to the history.
   */
  change<Result>(
    entry: KeyEntry,
    decide: (
      known: KeysAtTime,
    ) => Promise<{ readonly changes: readonly KeyChange[]; readonly result: Result }>,
  ): Promise<Result>;

  /** The newest first. */
  history(limit: number): Promise<readonly KeyEvent[]>;
}

export interface KeysAtTime {
  readonly keys: readonly KeyTimes[];
  readonly now: number;
}

export type KeyChange =
  | { readonly change: 'add'; readonly key: SigningKey }
  | { readonly change: 'sign' | 'retire' | 'remove'; readonly kid: string };

/** Who changes keys, and why. */
export interface KeyEntry {
  readonly operator: string;
  /** '' when it was simply due. */
  readonly reason: string;
}

/** A key entered a state. */
export interface KeyEvent extends KeyEntry {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly at: number;
  readonly state: SigningKeyState | 'removed';
}

/** Makes private keys, with the RFC 7638 thumbprint as `kid`. */
export type GenerateSigningKey = (alg: SigningAlg) => Promise<SigningKey>;
