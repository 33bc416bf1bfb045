import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import type { AdapterPayload } from 'oidc-provider';
import { CLOCK_TOLERANCE_SECONDS } from './store.ts';

/** The key of a record: named after the digest of its identifier, which is itself a credential. */
export function keyOf(model: string, id: string): string {
  return `psc:oidc:${model}:${digestOf(id)}`;
}

export function digestOf(id: string): string {
  return hash('sha256', id, 'base64url');
}

/** What a record is sealed under: a JSON array, so that no two lists of parts make the same name. */
export function recordName(...parts: readonly string[]): string {
  return JSON.stringify(['oidc', ...parts]);
}

/** Seals records, and opens what was sealed under the same name. */
export interface SealedRecords {
  seal(name: string, value: unknown): string;
  open(name: string, sealed: string | null | undefined): AdapterPayload | undefined;
}

export function createSealedRecords(seal: Seal): SealedRecords {
  return {
    seal: (name, value) => seal.seal(name, JSON.stringify(value)),
    open(name, sealed) {
      const opened = sealed ? seal.open(name, sealed) : undefined;
      // The seal proves that these bytes are ours, under this name.
      return opened === undefined ? undefined : (JSON.parse(opened) as AdapterPayload);
    },
  };
}

/** Seconds that a key lives, for a record that lives `expiresIn`. */
export function keptFor(expiresIn: number | undefined): number {
  if (expiresIn === undefined || !(expiresIn > 0))
    throw new Bug('record_without_end', 'the engine saves a record for ever');
  return Math.ceil(expiresIn) + CLOCK_TOLERANCE_SECONDS;
}

/** A script that touches one key. ioredis sends its text once per connection, and its SHA-1 afterwards. */
export function script(name: string): { numberOfKeys: number; lua: string } {
  return { numberOfKeys: 1, lua: readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8') };
}

/** The parts of the library's port that a model does not use. */
export const unused = {
  /**
   * Nothing to do: a grant is revoked by deleting its own record, which every use of a code or a token reads. An index
   * of a grant's tokens would grow with every refresh, and live in another slot than they.
   */
  revokeByGrantId: async () => undefined,
  findByUid: neverCalled,
  findByUserCode: neverCalled,
  consume: neverCalled,
};

async function neverCalled(): Promise<never> {
  throw new Bug('record_misused', 'the engine asks a record for what its model does not do');
}
