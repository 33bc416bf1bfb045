import { printable } from '@psc/runtime';
import type { AppliedApplication } from '#src/use-cases/apply-applications.ts';
import type { FieldChange } from '#src/use-cases/planned-application.ts';

/** What changed of one application, or would: nothing for one that is as declared. */
export function describeApplied(applied: AppliedApplication, dryRun: boolean): string[] {
  const { clientId, change, status, fields, staysSuspended, inventedSecret } = applied;
  const verb = dryRun ? 'would be ' : '';
  const lines = {
    unchanged: [],
    created: [`${clientId}: ${verb}created, ${status?.to}`],
    changed: [`${clientId}: ${verb}changed`, ...(status ? [`  status: ${status.from} → ${status.to}`] : [])],
  };
  return [
    ...lines[change],
    ...fields.flatMap(describeField),
    ...(inventedSecret === undefined ? [] : [`  client_secret, shown only now: ${inventedSecret}`]),
    ...(staysSuspended
      ? [`${clientId}: stays suspended; psc clients approve ${clientId} reinstates it`]
      : []),
  ];
}

function describeField(change: FieldChange): string[] {
  const { field, before, after } = change;
  if (!('before' in change)) return [`  ${field}: changed`];
  if (Array.isArray(before) && Array.isArray(after)) {
    const [was, is] = [before.map(shown), after.map(shown)];
    const gone = was.filter((item) => !is.includes(item)).map((item) => `  ${field}: - ${item}`);
    const come = is.filter((item) => !was.includes(item)).map((item) => `  ${field}: + ${item}`);
    return gone.length + come.length > 0 ? [...gone, ...come] : [`  ${field}: in another order`];
  }
  return [`  ${field}: ${shown(before)} → ${shown(after)}`];
}

function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
