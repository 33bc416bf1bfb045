import { exitCodes, RefusedError, readArguments, UsageError } from '@psc/runtime';
import { type DirectoryNeeds, readKind, readOperator, readReason, text, type Verb, whoActs } from './verb.ts';

/** `psc directory rollback` */
export function createRollBack(needs: DirectoryNeeds): Verb {
  return async (args) => {
    const options = { ...whoActs, reason: text };
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1 });
    if (values.reason === undefined) throw new UsageError('a rollback needs --reason "<reason>"');
    const kind = readKind(positionals[0] ?? '');
    const rolledBack = await needs.register.rollBack(kind, {
      operator: readOperator(values, needs),
      reason: readReason('--reason', values.reason),
    });
    if (!rolledBack.ok)
      throw new RefusedError(`rollback of ${kind} refused (${rolledBack.refusal}): ${rolledBack.sentence}`);
    const { counts, ...version } = rolledBack.value;
    needs.print(JSON.stringify({ kind, ...version, ...counts }));
    return exitCodes.done;
  };
}
