import { exitCodes, RefusedError, readArguments, table } from '@psc/runtime';
import { type DirectoryNeeds, lists, readKind, readLimit, type Verb } from './verb.ts';

/** `psc directory rejects` */
export function createListRejects({ versions, print }: DirectoryNeeds): Verb {
  return async (args) => {
    const { values, positionals } = readArguments(args, lists, { least: 1, most: 1 });
    const kind = readKind(positionals[0] ?? '');
    const found = await versions.rejects(kind, readLimit(values.limit));
    if (!found) throw new RefusedError(`nothing of ${kind} was imported`);
    const { version, rejects } = found;
    const { rejected, warnings } = version.counts;
    if (values.json) print(JSON.stringify({ version: version.id, rejected, warnings, rejects }, null, 2));
    else {
      print(`version ${version.id} of ${kind}: ${rejected} rejected`);
      const rows = rejects.map(({ line, reason, subject }) => [
        line === null ? '' : String(line),
        reason,
        subject ?? '',
      ]);
      if (rows.length > 0) for (const line of table(['LINE', 'REASON', 'SUBJECT'], rows)) print(line);
      for (const { reason, count, firstLines } of warnings)
        print(`odd, and imported: ${reason}, ${count} times, first in line ${firstLines.join(', ')}`);
    }
    return exitCodes.done;
  };
}
