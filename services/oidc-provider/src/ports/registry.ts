import type { Application } from '#src/domain/application.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';

/** What the engine works with: applications and keys, as of one moment. */
export interface Registry {
  /** Changes whenever the contents do. Cheap: asked every second. */
  revision(): Promise<string>;
  /** Given what is known already, reads what changed since: what did not stays the same object. */
  read(known?: RegistryContents): Promise<RegistryContents>;
  /**
   * Calls `changed` soon after a change, until the returned function is called. Best effort: a nudge may be lost with a
   * connection, so ask for the revision now and then as well.
   */
  watch(changed: () => void): () => void;
}

export interface RegistryContents {
  readonly revision: string;
  /** The approved ones, by identifier. */
  readonly applications: ReadonlyMap<string, Application>;
  /** Approved ones that cannot be read. */
  readonly unreadable: ReadonlySet<string>;
  readonly signingKeys: readonly SigningKey[];
}
