import type { Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';

/** Keyed digest of what is counted and must not be read: a person, an address. */
export function createPseudonym(seal: Pick<Seal, 'pseudonyms'>): (value: string) => string {
  return (value) => {
    const [current] = seal.pseudonyms(value);
    if (current === undefined) throw new Bug('seal_without_key', 'a seal has at least one key');
    return current;
  };
}
