import { type Defect, htmlPage, spoilHeader, spoilRow } from './defects.ts';
import { type ExtractKind, extractFormats } from './formats/index.ts';
import { createPeople, rowsOf } from './register/people.ts';
import { type Churn, createPopulation, MOST_PEOPLE, usualChurn } from './register/population.ts';
import { createStructures } from './register/structures.ts';
import { createRows } from './rows/index.ts';
import { createStructureMailboxRows } from './rows/mssante.ts';

export interface ExtractOptions {
  readonly kind: ExtractKind;
  /** Which of the shapes of the kind; the newest one by default. */
  readonly columns?: number | undefined;
  /** Another register for each. */
  readonly seed: number;
  /** How many people on the first day. The files of one register are those of the same seed and people. */
  readonly people: number;
  /** 1 by default; each day follows from the one before. */
  readonly day?: number | undefined;
  readonly churn?: Partial<Churn> | undefined;
  /** As the kind has it by default. */
  readonly trailingSeparator?: boolean | undefined;
  readonly defects?: readonly Defect[] | undefined;
}

const CHUNK = 1 << 18;
/** Of one character that we write, in UTF-8. */
const MOST_BYTES = 3;

/** The bytes of a file, in pieces of about 256 KiB: memory does not grow with the file. */
export function* generateExtract(options: ExtractOptions): Generator<Buffer> {
  const { encoding } = extractFormats[options.kind];
  let chunk = Buffer.allocUnsafe(CHUNK);
  let length = 0;
  for (const text of textOf(options)) {
    if (length + text.length * MOST_BYTES > chunk.length) {
      yield chunk.subarray(0, length);
      chunk = Buffer.allocUnsafe(Math.max(CHUNK, text.length * MOST_BYTES));
      length = 0;
    }
    length += chunk.write(text, length, encoding);
  }
  if (length > 0) yield chunk.subarray(0, length);
}

function* textOf(options: ExtractOptions): Generator<string> {
  const { kind, seed, people, defects = [] } = options;
  const format = extractFormats[kind];
  const columns = columnsOf(kind, options.columns);
  const trailing = options.trailingSeparator ?? format.trailingSeparator;
  const end = `${trailing ? format.separator : ''}${defects.includes('crlf') ? '\r\n' : '\n'}`;
  if (defects.includes('html')) {
    yield htmlPage;
    return;
  }
  if (defects.includes('bom')) yield '\ufeff';
  yield (defects.includes('header') ? spoilHeader(columns) : columns).join(format.separator) + end;

  const population = createPopulation({
    seed,
    people,
    day: options.day ?? 1,
    churn: { ...usualChurn, ...options.churn },
  });
  const structures = createStructures(population.dice, people);
  const world = { dice: population.dice, structures };
  const rowsFor = createRows(kind, columns.length, world);
  const spoiled = defects.includes('rows');
  const last = defects.includes('truncated') ? Math.floor(population.size / 2) : population.size;
  let row = 0;
  let lines = '';
  for (const person of createPeople(population).all()) {
    if (person.index >= last) break;
    for (const text of rowsFor(person)) {
      row += 1;
      lines += `${spoiled ? spoilRow(text, row, format.separator) : text}${end}`;
    }
    if (lines.length < TEXT) continue;
    yield lines;
    lines = '';
  }
  if (kind === 'mssante' && last === population.size) {
    const boxesOf = createStructureMailboxRows(world);
    for (let index = 0; index < structures.shared; index += 1)
      for (const text of boxesOf(index)) lines += `${text}${end}`;
  }
  // In the middle of a row, as a download that stops.
  yield defects.includes('truncated') ? lines.slice(0, -Math.min(lines.length, 60)) : lines;
}

/** How many characters of rows are put together before they become bytes. */
const TEXT = 1 << 14;

function columnsOf(kind: ExtractKind, count: number | undefined): readonly string[] {
  const { shapes } = extractFormats[kind];
  const shape = count === undefined ? shapes[0] : shapes.find((each) => each.length === count);
  if (shape === undefined)
    throw new RangeError(`${kind} has ${shapes.map((each) => each.length).join(', ')} columns, not ${count}`);
  return shape;
}

/** How many people it takes for Personne_activite to have so many rows on the first day, or a few more. */
export function peopleForRows(seed: number, rows: number): number {
  if (!Number.isInteger(rows) || rows < 1) throw new RangeError('rows: a whole number from 1');
  const everybody = createPopulation({ seed, people: MOST_PEOPLE, day: 1, churn: usualChurn });
  let sum = 0;
  for (const person of createPeople(everybody).all()) {
    sum += person.published ? rowsOf(person) : 0;
    if (sum >= rows) return person.index + 1;
  }
  throw new RangeError(`there are numbers for ${MOST_PEOPLE} people: ${sum} rows`);
}
