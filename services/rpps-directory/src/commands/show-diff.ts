import { exitCodes, RefusedError, readArguments, readChoice, table, UsageError } from '@psc/runtime';
import { changes } from '#src/ports/versions.ts';
import { type DirectoryNeeds, lists, readLimit, text, type Verb } from './verb.ts';

/** `psc directory diff` */
export function createShowDiff({ versions, print }: DirectoryNeeds): Verb {
  return async (args) => {
    const { values, positionals } = readArguments(args, { ...lists, change: text }, { least: 0, most: 1 });
    const [number] = positionals;
    if (number !== undefined && !/^\d{1,15}$/.test(number)) throw new UsageError('a version is a number');
    const limit = readLimit(values.limit);
    const diff = await versions.diff(number === undefined ? undefined : Number(number), {
      change: readChoice('--change', values.change, changes),
      limit,
    });
    if (!diff) throw new RefusedError(number ? `there is no version ${number}` : 'nothing was imported');
    if (values.json) print(JSON.stringify(diff, null, 2));
    else {
      const { id, kind, counts } = diff.version;
      const { created, changed, lost, returned } = counts;
      print(
        `version ${id} of ${kind}: ${created} created, ${changed} changed, ${lost} lost, ${returned} returned`,
      );
      if (!diff.kept) print('whom it touched is not known: the first version of a kind, or one of long ago');
      const rows = diff.subjects.map(({ subject, change, fields }) => [subject, change, fields.join(', ')]);
      if (rows.length > 0) for (const line of table(['SUBJECT', 'CHANGE', 'FIELDS'], rows)) print(line);
      if (rows.length === limit) print(`(the first ${limit}: --limit shows more, --change fewer)`);
    }
    return exitCodes.done;
  };
}
