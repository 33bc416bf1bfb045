import type { ApplicationDeclaration } from '@psc/contracts';
import { type Application, hasSecret } from '#src/domain/application.ts';
import type { Applications } from '#src/ports/applications.ts';
import { applicationOf } from '#src/ports/declared-application.ts';

/** What became of one declared application. */
export interface AppliedApplication {
  readonly clientId: string;
  readonly change: 'created' | 'changed' | 'unchanged';
  /** The settings that changed, by name: never their values. */
  readonly fields: readonly string[];
  /** The secret, when one was invented: to be shown once. */
  readonly inventedSecret?: string;
}

/**
 * Makes the applications as declared. What is declared already changes nothing; an application that is not in the list
 * stays as it is.
 */
export function createApplyApplications(needs: {
  readonly applications: Applications;
  readonly inventSecret: () => string;
}): (declarations: readonly ApplicationDeclaration[]) => Promise<readonly AppliedApplication[]> {
  const { applications, inventSecret } = needs;

  async function applyOne(declared: ApplicationDeclaration): Promise<AppliedApplication> {
    const { client_id: clientId } = declared;
    const known = await applications.find(clientId);
    const needsSecret = hasSecret(declared.token_endpoint_auth_method);
    const kept = needsSecret ? (declared.client_secret ?? known?.secret ?? '') : '';
    const invented = needsSecret && kept === '' ? { inventedSecret: inventSecret() } : undefined;
    const application = applicationOf(declared, invented?.inventedSecret ?? kept);

    const fields = known === undefined ? [] : changedFields(known, application);
    if (known !== undefined && fields.length === 0) return { clientId, change: 'unchanged', fields };
    await applications.save(application);
    return { clientId, change: known === undefined ? 'created' : 'changed', fields, ...invented };
  }

  return async (declarations) => {
    const applied: AppliedApplication[] = [];
    for (const declared of declarations) applied.push(await applyOne(declared));
    return applied;
  };
}

function changedFields(known: Application, wanted: Application): string[] {
  const before: Readonly<Record<string, unknown>> = { ...known };
  return Object.entries(wanted)
    .filter(([field, value]) => JSON.stringify(before[field]) !== JSON.stringify(value))
    .map(([field]) => field);
}
