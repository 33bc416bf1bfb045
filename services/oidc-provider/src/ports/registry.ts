import type { Application } from '#src/domain/application.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';

/** What the engine is built from: applications and keys, as of one moment. */
export interface Registry {
  /** Changes whenever the contents do. Cheap: asked every few seconds. */
  revision(): Promise<string>;
  read(): Promise<RegistryContents>;
  /**
   * Calls `changed` soon after a change, until the returned function is called. Best effort: a nudge may be lost with a
   * connection, so ask for the revision now and then as well.
   */
  watch(changed: () => void): () => void;
}

export interface RegistryContents {
  readonly revision: string;
  readonly applications: readonly Application[];
  readonly signingKeys: readonly SigningKey[];
}
