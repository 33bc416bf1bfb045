import { exitCodes, RefusedError, readArguments } from '@psc/runtime';
import { tellProgress } from './progress.ts';
import { type DirectoryNeeds, readOperator, readReason, text, type Verb, whoActs } from './verb.ts';

const options = {
  ...whoActs,
  ca: text,
  'redirect-host': { ...text, multiple: true },
  force: text,
} as const;
const MOST_FILES = 20;

/** `psc directory import`: one version each, in the given order; the first one that is refused ends it. */
export function createImportFiles(needs: DirectoryNeeds): Verb {
  return async (args) => {
    const { values, positionals } = readArguments(args, options, { least: 1, most: MOST_FILES });
    const operator = readOperator(values, needs);
    const force = values.force === undefined ? undefined : readReason('--force', values.force);
    for (const source of positionals) {
      const progress = tellProgress(needs.terminal);
      const imports = needs.importSource(source, {
        operator,
        force,
        caFile: values.ca,
        redirectHosts: values['redirect-host'],
        onReceived: progress.received,
        onProgress: ({ kind, bytes }, advanced) => progress.advanced(kind, bytes, advanced),
      });
      try {
        for await (const imported of imports) {
          progress.end();
          if (!imported.ok)
            throw new RefusedError(
              `import of ${nameOf(source)} refused (${imported.refusal}): ${imported.sentence}`,
            );
          const { counts, ...version } = imported.value;
          needs.print(JSON.stringify({ ...version, ...counts }));
        }
      } finally {
        progress.end();
      }
    }
    return exitCodes.done;
  };
}

/** What an operator recognises: the name of a file, or an address without the query, which may hold a key. */
function nameOf(source: string): string {
  if (source === '-') return 'the standard input';
  const url = URL.parse(source);
  if (url?.protocol === 'https:') return `${url.origin}${url.pathname}`;
  return source.split('/').at(-1) ?? source;
}
