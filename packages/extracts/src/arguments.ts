import { parseArgs } from 'node:util';
import { type Defect, defects } from './defects.ts';
import { type ExtractKind, extractFormats, extractKinds } from './formats/index.ts';
import { type ExtractOptions, peopleForRows } from './generate.ts';

export const USAGE = `Writes an extract of a register of fictitious professionals, in the format of the real one.

  pnpm extracts -- --kind KIND [--rows N | --people N] [--out FILE] [options]

  --kind      ${extractKinds.map((kind) => `${kind} (${extractFormats[kind].shapes.map((each) => each.length).join(', ')})`).join(', ')}
  --columns   how many, one of the numbers above; the first by default
  --rows      of personne-activite on the first day, whatever the kind: the files of one register have the same
  --people    instead of --rows; 1000 by default
  --seed      another register for each; 1 by default
  --day       1 by default; each day differs a little from the one before
  --churn     share of the people who change in a day, or changed,left,arrived; 0.0014,0.0003,0.0003 by default
  --defect    ${Object.entries(defects)
    .map(([name, what]) => `${name}: ${what}`)
    .join('\n              ')}
              may be given several times
  --trailing-separator, --no-trailing-separator
              as the kind has it by default
  --out       standard output by default
`;

export interface Arguments {
  readonly extract: ExtractOptions;
  readonly out: string | undefined;
}

/** Undefined when help was asked for. A mistake is thrown, in a sentence. */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values } = parseArgs({
    // `pnpm extracts -- --kind` hands the dashes over.
    args: args[0] === '--' ? args.slice(1) : [...args],
    allowNegative: true,
    options: {
      kind: { type: 'string' },
      columns: { type: 'string' },
      rows: { type: 'string' },
      people: { type: 'string' },
      seed: { type: 'string', default: '1' },
      day: { type: 'string', default: '1' },
      churn: { type: 'string' },
      defect: { type: 'string', multiple: true, default: [] },
      'trailing-separator': { type: 'boolean' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const seed = numberOf('--seed', values.seed);
  if (values.rows !== undefined && values.people !== undefined)
    throw new Error('--rows or --people, not both');
  return {
    extract: {
      kind: kindOf(values.kind),
      columns: values.columns === undefined ? undefined : numberOf('--columns', values.columns),
      seed,
      people:
        values.rows === undefined
          ? numberOf('--people', values.people ?? '1000')
          : peopleForRows(seed, numberOf('--rows', values.rows)),
      day: numberOf('--day', values.day),
      churn: values.churn === undefined ? undefined : churnOf(values.churn),
      trailingSeparator: values['trailing-separator'],
      defects: values.defect.map(defectOf),
    },
    out: values.out,
  };
}

function kindOf(text: string | undefined): ExtractKind {
  const kind = extractKinds.find((each) => each === text);
  if (kind === undefined) throw new Error(`--kind: one of ${extractKinds.join(', ')}`);
  return kind;
}

function defectOf(text: string): Defect {
  if (!Object.hasOwn(defects, text)) throw new Error(`--defect: one of ${Object.keys(defects).join(', ')}`);
  // One of its own keys.
  return text as Defect;
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${name}: a whole number`);
  return Number(text);
}

function churnOf(text: string): NonNullable<ExtractOptions['churn']> {
  const shares = text.split(',').map(Number);
  const [changed = Number.NaN, left, arrived] = shares;
  if (shares.some((share) => !(share >= 0 && share <= 1)) || (shares.length !== 1 && shares.length !== 3))
    throw new Error('--churn: one share from 0 to 1, or three: changed,left,arrived');
  if (left === undefined || arrived === undefined)
    return { changed: changed * 0.7, left: changed * 0.15, arrived: changed * 0.15 };
  return { changed, left, arrived };
}
