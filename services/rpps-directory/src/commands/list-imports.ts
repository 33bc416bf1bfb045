import { exitCodes, moment, readArguments, table } from '@psc/runtime';
import { type DirectoryNeeds, lists, readKind, readLimit, text, type Verb } from './verb.ts';

/** `psc directory imports` */
export function createListImports({ versions, print }: DirectoryNeeds): Verb {
  return async (args) => {
    const { values } = readArguments(args, { ...lists, kind: text }, { least: 0, most: 0 });
    const kind = values.kind === undefined ? undefined : readKind(values.kind);
    const found = await versions.list({ kind, limit: readLimit(values.limit) });
    if (values.json) print(JSON.stringify(found, null, 2));
    else if (found.length === 0) print('nothing was imported');
    else {
      const rows = found.map(({ id, kind, operator, finishedAt, counts, source, ...version }) => [
        ...[String(id), kind, moment(finishedAt.getTime()), operator],
        ...[counts.people, counts.created, counts.changed, counts.lost, counts.returned, counts.rejected].map(
          String,
        ),
        ...[source, noteOf(version)],
      ]);
      for (const line of table(HEADINGS, rows)) print(line);
    }
    return exitCodes.done;
  };
}

const HEADINGS = [
  ...['VERSION', 'KIND', 'WHEN', 'WHO', 'PEOPLE', 'CREATED', 'CHANGED', 'LOST', 'RETURNED', 'REJECTED'],
  ...['SOURCE', 'NOTE'],
];

function noteOf(version: {
  readonly undoes: number | null;
  readonly undoneBy: number | null;
  readonly reason: string | null;
}): string {
  return [
    ...(version.undoes === null ? [] : [`undoes ${version.undoes}`]),
    ...(version.undoneBy === null ? [] : [`undone by ${version.undoneBy}`]),
    ...(version.reason === null ? [] : [version.reason]),
  ].join('; ');
}
