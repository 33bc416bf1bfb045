import type { ApplicationDeclaration } from '@psc/contracts';
import { type ApplicationStatus, hasSecret, isTransition } from '#src/domain/application.ts';
import type { RegisteredApplication } from '#src/ports/applications.ts';
import { bare } from '#src/ports/declared-application.ts';

/** What it takes for one application to be as declared. */
export type PlannedApplication =
  | { readonly plan: 'create'; readonly status: ApplicationStatus; readonly secret: SecretPlan }
  | {
      readonly plan: 'change';
      /** Empty when only its status changes. */
      readonly fields: readonly FieldChange[];
      readonly secret: SecretPlan;
      readonly status: { readonly from: ApplicationStatus; readonly to: ApplicationStatus } | undefined;
      /** Declared as approved, it stays suspended: whoever suspended it had a reason that the file does not know. */
      readonly staysSuspended: boolean;
    }
  | { readonly plan: 'refuse'; readonly from: ApplicationStatus; readonly to: ApplicationStatus };

/** `keep` includes having none. */
export type SecretPlan =
  | { readonly secret: 'keep' | 'invent' | 'take away' }
  | { readonly secret: 'set'; readonly value: string };

/** A setting by its name in a declaration. The values of a secret and of contacts are never told. */
export interface FieldChange {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const NEVER_TOLD = new Set(['client_secret', 'contacts']);

export function planApplication(
  declared: ApplicationDeclaration,
  known: RegisteredApplication | undefined,
): PlannedApplication {
  const secret = planSecret(declared, known?.secret ?? '');
  const wanted = declared.psc.status;
  if (!known) return { plan: 'create', status: wanted ?? 'approved', secret };

  const staysSuspended = known.status === 'suspended' && wanted === 'approved';
  const moves = wanted !== undefined && wanted !== known.status && !staysSuspended;
  if (moves && !isTransition(known.status, wanted)) return { plan: 'refuse', from: known.status, to: wanted };
  return {
    plan: 'change',
    fields: [
      ...changedFields(known.declaration, declared),
      ...(secret.secret === 'keep' ? [] : [{ field: 'client_secret' }]),
    ],
    secret,
    status: moves ? { from: known.status, to: wanted } : undefined,
    staysSuspended,
  };
}

function planSecret(declared: ApplicationDeclaration, known: string): SecretPlan {
  if (!hasSecret(declared.token_endpoint_auth_method)) return { secret: known === '' ? 'keep' : 'take away' };
  const { client_secret: given } = declared;
  if (given !== undefined && given !== known) return { secret: 'set', value: given };
  return { secret: given === undefined && known === '' ? 'invent' : 'keep' };
}

function changedFields(before: ApplicationDeclaration, after: ApplicationDeclaration): FieldChange[] {
  const [known, wanted] = [flat(before), flat(after)];
  return [...new Set([...known.keys(), ...wanted.keys()])]
    .filter((field) => canonical(known.get(field)) !== canonical(wanted.get(field)))
    .map((field) =>
      NEVER_TOLD.has(field) ? { field } : { field, before: known.get(field), after: wanted.get(field) },
    );
}

/** Settings by name: `client_name`, `psc.acr`. */
function flat(declared: ApplicationDeclaration): Map<string, unknown> {
  const { psc, ...metadata } = bare(declared);
  const own = Object.entries(psc).map(([name, value]): [string, unknown] => [`psc.${name}`, value]);
  return new Map([...Object.entries(metadata), ...own].filter(([, value]) => value !== undefined));
}

/** The same text for the same value, whatever the order of its members: a database keeps another one than a file. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : member,
    ) ?? ''
  );
}
