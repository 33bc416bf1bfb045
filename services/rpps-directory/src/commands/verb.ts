import { printable, readChoice, UsageError } from '@psc/runtime';
import { type FileKind, fileKinds } from '#src/domain/stored-rows.ts';
import type { ApiKeys } from '#src/fhir/access/api-keys.ts';
import type { Register } from '#src/ports/register.ts';
import type { Versions } from '#src/ports/versions.ts';
import type { ImportSource } from '#src/use-cases/import-source.ts';
import type { Terminal } from './progress.ts';

/** What every verb of `psc directory` works with. */
export interface DirectoryNeeds {
  readonly importSource: ImportSource;
  readonly register: Register;
  readonly versions: Versions;
  readonly apiKeys: ApiKeys;
  /** Who runs it, unless `--by` says otherwise. */
  readonly operator: string;
  readonly print: (line: string) => void;
  /** Where progress is told. */
  readonly terminal: Terminal;
}

/** Answers the exit code. Throws `UsageError` and `RefusedError`. */
export type Verb = (args: readonly string[]) => Promise<number>;

export const text = { type: 'string' } as const;
export const flag = { type: 'boolean' } as const;
export const whoActs = { by: text, operator: text } as const;
export const lists = { json: flag, limit: text } as const;

const LONGEST_OPERATOR = 100;
const LONGEST_REASON = 500;
const USUAL_LIMIT = 100;
const HIGHEST_LIMIT = 1000;

export function readOperator(
  values: { readonly by?: string | undefined; readonly operator?: string | undefined },
  needs: DirectoryNeeds,
): string {
  const operator = printable(values.by ?? values.operator ?? needs.operator).trim();
  if (operator === '' || operator.length > LONGEST_OPERATOR)
    throw new UsageError(`--by is a name of ${LONGEST_OPERATOR} characters at most`);
  return operator;
}

/** A reason says something. */
export function readReason(option: string, reason: string): string {
  const said = printable(reason).trim();
  if (said === '') throw new UsageError(`${option} needs a reason`);
  if (said.length > LONGEST_REASON)
    throw new UsageError(`${option} has ${LONGEST_REASON} characters at most`);
  return said;
}

export function readLimit(limit: string | undefined): number {
  const number = Number(limit ?? USUAL_LIMIT);
  if (!(Number.isInteger(number) && number >= 1 && number <= HIGHEST_LIMIT))
    throw new UsageError(`--limit is a number from 1 to ${HIGHEST_LIMIT}`);
  return number;
}

export function readKind(name: string): FileKind {
  const kind = readChoice('the kind', name, fileKinds);
  if (kind === undefined) throw new UsageError('something is missing');
  return kind;
}
