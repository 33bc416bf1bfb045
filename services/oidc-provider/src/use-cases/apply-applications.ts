import type { ApplicationDeclaration } from '@psc/contracts';
import { Bug } from '@psc/kernel';
import type { ApplicationStatus } from '#src/domain/application.ts';
import type { Applications, ChangingApplications, Signature } from '#src/ports/applications.ts';
import { bare } from '#src/ports/declared-application.ts';
import { type FieldChange, type PlannedApplication, planApplication } from './planned-application.ts';

/** What became of one application; in a dry run, what would. */
export interface AppliedApplication {
  readonly clientId: string;
  readonly change: 'created' | 'changed' | 'unchanged';
  /** The status it comes to, when that changes or it is new. */
  readonly status:
    | { readonly from: ApplicationStatus | undefined; readonly to: ApplicationStatus }
    | undefined;
  readonly fields: readonly FieldChange[];
  /** Declared as approved, and suspended all the same. */
  readonly staysSuspended: boolean;
  /** The secret, when one was invented: to be shown once. */
  readonly inventedSecret: string | undefined;
}

export type ApplyOutcome =
  | { readonly ok: true; readonly applied: readonly AppliedApplication[] }
  /** Nothing of the file was applied: `impossible` cannot come from where they stand to what is declared. */
  | { readonly ok: false; readonly refusal: 'impossible'; readonly impossible: readonly ImpossibleStatus[] }
  | { readonly ok: false; readonly refusal: 'registry_full' };

export interface ImpossibleStatus {
  readonly clientId: string;
  readonly from: ApplicationStatus;
  readonly to: ApplicationStatus;
}

export interface ApplyOptions {
  readonly signature: Signature;
  /** Changes nothing. */
  readonly dryRun?: boolean;
  /** Suspends the approved ones that are not declared: they are never removed. */
  readonly prune?: boolean;
}

/**
 * Makes the applications as declared, all or none of them. What is declared already changes nothing; an application that
 * is not in the list stays as it is, unless the others are pruned.
 */
export function createApplyApplications(needs: {
  readonly applications: Applications;
  readonly inventSecret: () => string;
}): (declarations: readonly ApplicationDeclaration[], options: ApplyOptions) => Promise<ApplyOutcome> {
  const { applications, inventSecret } = needs;

  return (declarations, { signature, dryRun = false, prune = false }) =>
    applications.change(async (changing) => {
      const steps: Step[] = [];
      for (const declared of declarations) {
        const planned = planApplication(declared, await changing.find(declared.client_id));
        steps.push({ declared, planned });
      }
      const impossible = steps.flatMap(({ declared, planned }) =>
        planned.plan === 'refuse'
          ? [{ clientId: declared.client_id, from: planned.from, to: planned.to }]
          : [],
      );
      if (impossible.length > 0) return { ok: false, refusal: 'impossible', impossible };
      const created = steps.filter(({ planned }) => planned.plan === 'create').length;
      if (created > 0 && created > (await changing.room())) return { ok: false, refusal: 'registry_full' };

      const applied: AppliedApplication[] = [];
      for (const step of steps) applied.push(await take(changing, step, signature, dryRun));
      if (prune) applied.push(...(await suspendOthers(changing, declarations, signature, dryRun)));
      return { ok: true, applied };
    });

  async function take(
    changing: ChangingApplications,
    { declared, planned }: Step,
    signature: Signature,
    dryRun: boolean,
  ): Promise<AppliedApplication> {
    const { client_id: clientId } = declared;
    const nothing = { fields: [], staysSuspended: false, inventedSecret: undefined, status: undefined };
    if (planned.plan === 'refuse') return { clientId, change: 'unchanged', ...nothing };
    const inventedSecret = planned.secret.secret === 'invent' && !dryRun ? inventSecret() : undefined;
    const declaration = bare(declared);

    if (planned.plan === 'create') {
      const secret = planned.secret.secret === 'set' ? planned.secret.value : (inventedSecret ?? '');
      const added = { declaration, status: planned.status, secret };
      if (!dryRun && !(await changing.add(added, signature)))
        throw new Bug('application_not_added', `${clientId} was not there, and was not added`);
      const status = { from: undefined, to: planned.status };
      return { ...nothing, clientId, change: 'created', status, inventedSecret };
    }

    const { fields, status, staysSuspended } = planned;
    const unchanged = fields.length === 0 && status === undefined;
    if (!dryRun && fields.length > 0) {
      const secret = await secretAfter(changing, clientId, planned, inventedSecret);
      const names = fields.map(({ field }) => field);
      await changing.replace(clientId, { declaration, secret }, { ...signature, fields: names });
    }
    if (!dryRun && status) await changing.changeStatus(clientId, status, signature);
    return {
      clientId,
      change: unchanged ? 'unchanged' : 'changed',
      status,
      fields,
      staysSuspended,
      inventedSecret,
    };
  }

  async function suspendOthers(
    changing: ChangingApplications,
    declarations: readonly ApplicationDeclaration[],
    signature: Signature,
    dryRun: boolean,
  ): Promise<AppliedApplication[]> {
    const declared = new Set(declarations.map(({ client_id: clientId }) => clientId));
    const others = (await changing.list({ status: 'approved' })).filter(
      ({ clientId }) => !declared.has(clientId),
    );
    const status = { from: 'approved', to: 'suspended' } as const;
    for (const { clientId } of dryRun ? [] : others) await changing.changeStatus(clientId, status, signature);
    return others.map(({ clientId }) => ({
      clientId,
      change: 'changed',
      status,
      fields: [],
      staysSuspended: false,
      inventedSecret: undefined,
    }));
  }
}

interface Step {
  readonly declared: ApplicationDeclaration;
  readonly planned: PlannedApplication;
}

async function secretAfter(
  changing: ChangingApplications,
  clientId: string,
  { secret }: Pick<Extract<PlannedApplication, { plan: 'change' }>, 'secret'>,
  invented: string | undefined,
): Promise<string> {
  if (secret.secret === 'set') return secret.value;
  if (secret.secret === 'keep') return (await changing.find(clientId))?.secret ?? '';
  return invented ?? '';
}
