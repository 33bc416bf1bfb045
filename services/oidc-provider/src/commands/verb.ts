import type { Clock } from '@psc/kernel';
import { exitCodes, printable, UsageError } from '@psc/runtime';
import type { Applications, Signature } from '#src/ports/applications.ts';
import type { Sources } from './declared-applications.ts';

/** What every verb of `psc clients` works with. */
export interface ClientsNeeds {
  readonly applications: Applications;
  /** Also makes tokens. */
  readonly inventSecret: () => string;
  readonly digestOfToken: (token: string) => string;
  readonly clock: Clock;
  readonly sources: Sources;
  /** Who runs it, unless `--by` says otherwise. */
  readonly operator: string;
  readonly testApplications: 'accept' | 'refuse';
  readonly print: (line: string) => void;
}

/** Answers the exit code. Throws `UsageError` and `RefusedError`. */
export type Verb = (args: readonly string[]) => Promise<number>;

/** Options of every verb. */
export const common = {
  json: { type: 'boolean' },
  by: { type: 'string' },
  reason: { type: 'string' },
} as const;

const LONGEST_OPERATOR = 100;
const LONGEST_REASON = 500;

export function signatureOf(
  { by, reason = '' }: { readonly by?: string | undefined; readonly reason?: string | undefined },
  needs: Pick<ClientsNeeds, 'operator' | 'clock'>,
): Signature {
  const operator = printable(by ?? needs.operator).trim();
  if (operator === '' || operator.length > LONGEST_OPERATOR)
    throw new UsageError(`--by is a name of ${LONGEST_OPERATOR} characters at most`);
  if (reason.length > LONGEST_REASON)
    throw new UsageError(`--reason has ${LONGEST_REASON} characters at most`);
  return { operator, at: needs.clock(), reason: printable(reason).trim() };
}

export function printJson({ print }: Pick<ClientsNeeds, 'print'>, content: unknown): number {
  print(JSON.stringify(content, null, 2));
  return exitCodes.done;
}

export function isoTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

export function unknownClient(clientId: string): string {
  return `there is no application ${printable(clientId)}`;
}
