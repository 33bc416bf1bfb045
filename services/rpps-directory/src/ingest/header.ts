import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import { type FileKind, fileKinds } from '#src/domain/stored-rows.ts';
import { type Column, type Field, fileColumns, openKinds } from './file-columns.ts';

/** Where each field is, in this file. */
export interface Layout {
  readonly kind: FileKind;
  readonly separator: '|' | ';';
  /** As they are written in this file. */
  readonly headers: readonly string[];
  readonly positions: ReadonlyMap<Field, number>;
  /** Columns of a row, the empty one after a trailing separator apart. */
  readonly width: number;
  /** Header and rows end with a separator: a row without it was cut. */
  readonly trailing: boolean;
}

/**
 * Tells the kind of a file by the names of its columns, and where they are. A column that we do not know is left aside when
 * it comes on top of the newest layout; otherwise it may be a known one under another name, and the file is refused rather
 * than emptied of it.
 */
export function parseHeader(line: string): Accepted<Layout> | ImportRefused {
  const separator = line.includes('|') ? '|' : ';';
  const written = line.split(separator).map((header) => header.trim());
  const headers = written.map(normalise);
  const trailing = headers.length > 1 && headers.at(-1) === '';
  if (trailing) headers.pop();

  const kind = closestKind(headers);
  if (kind === undefined)
    return refuseImport('header_unknown', 'line 1 is not the header of a file that the register knows');

  const columns = columnsByHeader.get(kind);
  const positions = new Map<Field, number>();
  const seen = new Set<Column>();
  const unknown: number[] = [];
  const twice: Column[] = [];
  for (const [index, header] of headers.entries()) {
    const column = columns?.get(header);
    if (column === undefined) unknown.push(index + 1);
    else if (seen.has(column)) twice.push(column);
    else {
      seen.add(column);
      if (column.field) positions.set(column.field, index);
    }
  }

  const ofKind = fileColumns[kind].columns;
  const missing = ofKind.filter(({ field, optional }) => field && !optional && !positions.has(field));
  const isNewest = ofKind.every(({ field }) => field === undefined || positions.has(field));
  const isDoubtful = unknown.length > 0 && !isNewest && !openKinds.has(kind);
  if (missing.length > 0 || twice.length > 0 || isDoubtful)
    return refuseImport('header_unknown', `line 1: ${problems(missing, twice, unknown).join('; ')}`);
  return accepted({ kind, separator, headers: written, positions, width: headers.length, trailing });
}

/** Accents are told apart; case, spaces at both ends and the shape of the apostrophe are not. */
function normalise(header: string): string {
  return header.normalize('NFC').trim().replaceAll('’', "'").toLowerCase();
}

const columnsByHeader = new Map(
  fileKinds.map((kind) => [
    kind,
    new Map(
      fileColumns[kind].columns.flatMap((column) =>
        column.headers.map((header) => [normalise(header), column] as const),
      ),
    ),
  ]),
);

/** When fewer of its columns are known, a header is not that of a kind with some columns missing. */
const LEAST_KNOWN_SHARE = 1 / 3;

/** The kind that has the most columns in common, those that the header or the kind has alone counting against it. */
function closestKind(headers: readonly string[]): FileKind | undefined {
  let closest: FileKind | undefined;
  let most = 0;
  for (const kind of fileKinds) {
    const common = headers.filter((header) => columnsByHeader.get(kind)?.has(header)).length;
    const share = common / (headers.length + fileColumns[kind].columns.length - common);
    if (share <= most || common < headers.length * LEAST_KNOWN_SHARE) continue;
    most = share;
    closest = kind;
  }
  return closest;
}

const MOST_NAMED = 5;

/** Unknown columns are numbered, not named: without a header, the first line is somebody's. */
function problems(
  missing: readonly Column[],
  twice: readonly Column[],
  unknown: readonly number[],
): string[] {
  const list = (all: readonly (string | number)[]) =>
    all.slice(0, MOST_NAMED).join(', ') +
    (all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '');
  const quoted = (columns: readonly Column[]) => columns.map(({ headers }) => `"${headers[0]}"`);
  return [
    ...(missing.length > 0 ? [`missing column ${list(quoted(missing))}`] : []),
    ...(twice.length > 0 ? [`column ${list(quoted(twice))} comes twice`] : []),
    ...(unknown.length > 0 ? [`unknown column number ${list(unknown)}`] : []),
  ];
}
