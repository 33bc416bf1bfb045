import { printable, UsageError } from '@psc/runtime';
import { createApiKeysVerb } from './api-keys.ts';
import { createImportFiles } from './import-files.ts';
import { createListImports } from './list-imports.ts';
import { createListRejects } from './list-rejects.ts';
import { createRollBack } from './roll-back.ts';
import { createShowDiff } from './show-diff.ts';
import type { DirectoryNeeds, Verb } from './verb.ts';

/** Runs `directory <verb> …`. */
export function createDirectoryCommand(needs: DirectoryNeeds): Verb {
  const verbs: ReadonlyMap<string, Verb> = new Map([
    ['import', createImportFiles(needs)],
    ['imports', createListImports(needs)],
    ['diff', createShowDiff(needs)],
    ['rollback', createRollBack(needs)],
    ['rejects', createListRejects(needs)],
    ['api-keys', createApiKeysVerb(needs)],
  ]);

  return async ([verb = '', ...args]) => {
    const run = verbs.get(verb);
    if (!run) throw new UsageError(`there is no "psc directory ${printable(verb)}"`);
    return run(args);
  };
}
