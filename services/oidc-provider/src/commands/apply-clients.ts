import { exitCodes, RefusedError, readArguments, UsageError } from '@psc/runtime';
import { createApplyApplications } from '#src/use-cases/apply-applications.ts';
import { readApplicationsFile } from './declared-applications.ts';
import { describeApplied } from './describe-applied.ts';
import { type ClientsNeeds, common, printJson, signatureOf, type Verb } from './verb.ts';

/** `psc clients apply` */
export function createApplyClients(needs: ClientsNeeds): Verb {
  const { sources, print } = needs;
  const apply = createApplyApplications(needs);
  return async (args) => {
    const { values, positionals } = readArguments(
      args,
      {
        ...common,
        file: { type: 'string', short: 'f' },
        'dry-run': { type: 'boolean' },
        'exit-code': { type: 'boolean' },
        prune: { type: 'boolean' },
      },
      { least: 0, most: 1 },
    );
    const [file, ...others] = [values.file, ...positionals].filter((each) => each !== undefined);
    if (file === undefined || others.length > 0)
      throw new UsageError('name one file: psc clients apply -f <file>');
    const { 'dry-run': dryRun = false, 'exit-code': exitCode = false, prune = false } = values;
    if (exitCode && !dryRun) throw new UsageError('--exit-code goes with --dry-run');

    const declared = await readApplicationsFile(file, sources);
    const outcome = await apply(declared, { signature: signatureOf(values, needs), dryRun, prune });
    if (!outcome.ok && outcome.refusal === 'registry_full')
      throw new RefusedError('nothing was applied: there is no room for so many applications');
    if (!outcome.ok) {
      const sentences = outcome.impossible.map(
        ({ clientId, from, to }) => `${clientId} is ${from}: it cannot become ${to}`,
      );
      throw new RefusedError(`nothing was applied:\n${sentences.join('\n')}`);
    }
    const changes = outcome.applied.filter(({ change }) => change !== 'unchanged');
    if (values.json) printJson(needs, { dryRun, applications: outcome.applied });
    else {
      for (const applied of outcome.applied) for (const line of describeApplied(applied, dryRun)) print(line);
      if (changes.length === 0) print('nothing to change');
    }
    return exitCode && changes.length > 0 ? exitCodes.wouldChange : exitCodes.done;
  };
}
