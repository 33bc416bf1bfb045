import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import type { ExtractKind } from '#src/domain/register-row.ts';
import { type Field, fieldOf, fieldsOf, officialHeader } from './columns.ts';

export const SEPARATOR = '|';

/** Where each field is, in this file. */
export interface Layout {
  readonly kind: ExtractKind;
  readonly positions: ReadonlyMap<Field, number>;
  /** Columns of a row, the empty one after a trailing separator apart. */
  readonly width: number;
  /** Header and rows end with a separator: a row without it was cut. */
  readonly trailing: boolean;
}

/**
 * Reads the header by the names of its columns. A column that we do not know is left aside when it comes on top of the
 * newest layout; otherwise it may be a known one under another name, and the file is refused rather than emptied of it.
 */
export function parseLayout(line: string): Accepted<Layout> | ImportRefused {
  const headers = line.split(SEPARATOR);
  const trailing = headers.length > 1 && headers.at(-1)?.trim() === '';
  if (trailing) headers.pop();

  const positions = new Map<Field, number>();
  const unknown: number[] = [];
  const twice: Field[] = [];
  for (const [index, header] of headers.entries()) {
    const field = fieldOf(header);
    if (field === undefined) unknown.push(index + 1);
    else if (field !== 'unused' && positions.has(field)) twice.push(field);
    else if (field !== 'unused') positions.set(field, index);
  }

  const restricted = positions.has('nomDeFamille') || positions.has('telephoneCorrespondance');
  const { required, optional } = fieldsOf(restricted);
  const missing = required.filter((field) => !positions.has(field));
  const isNewest = optional.every((field) => positions.has(field));
  if (missing.length > 0 || twice.length > 0 || (unknown.length > 0 && !isNewest))
    return refuseImport('header_unknown', `line 1: ${problems(missing, twice, unknown).join('; ')}`);

  const kind = restricted ? 'pro_sante_connect' : 'personne_activite';
  return accepted({ kind, positions, width: headers.length, trailing });
}

const MOST_NAMED = 5;

/** Unknown columns are numbered, not named: without a header, the first line is somebody's. */
function problems(missing: readonly Field[], twice: readonly Field[], unknown: readonly number[]): string[] {
  const list = (all: readonly (string | number)[]) =>
    all.slice(0, MOST_NAMED).join(', ') +
    (all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '');
  const quoted = (fields: readonly Field[]) => fields.map((field) => `"${officialHeader(field)}"`);
  return [
    ...(missing.length > 0 ? [`missing column ${list(quoted(missing))}`] : []),
    ...(twice.length > 0 ? [`column ${list(quoted(twice))} comes twice`] : []),
    ...(unknown.length > 0 ? [`unknown column number ${list(unknown)}`] : []),
  ];
}
