import { printable, UsageError } from '@psc/runtime';
import { createAdvance, createRemove, createRetire, createRotate } from './change-keys.ts';
import type { KeysNeeds } from './keys-needs.ts';
import { createKeyHistory, createListKeys } from './list-keys.ts';
import type { Verb } from './verb.ts';

/** Runs `keys <verb> …`. */
export function createKeysCommand(needs: KeysNeeds): Verb {
  const verbs: ReadonlyMap<string, Verb> = new Map([
    ['list', createListKeys(needs)],
    ['history', createKeyHistory(needs)],
    ['advance', createAdvance(needs)],
    ['rotate', createRotate(needs)],
    ['retire', createRetire(needs)],
    ['remove', createRemove(needs)],
  ]);

  return async ([verb = '', ...args]) => {
    const run = verbs.get(verb);
    if (!run) throw new UsageError(`there is no "psc keys ${printable(verb)}"`);
    return run(args);
  };
}
