import type { ApplicationDeclaration } from '@psc/contracts';
import { accepted, type Outcome, refused } from '@psc/kernel';
import { type ApplicationStatus, hasSecret } from '#src/domain/application.ts';
import type { Applications, Signature } from '#src/ports/applications.ts';
import { bare } from '#src/ports/declared-application.ts';

export interface AddedApplication {
  readonly clientId: string;
  readonly status: ApplicationStatus;
  /** The secret, when one was invented: to be shown once. */
  readonly inventedSecret: string | undefined;
}

/** Adds one application, or none when its name is taken. */
export function createAddApplication(needs: {
  readonly applications: Applications;
  readonly inventSecret: () => string;
}): (
  declared: ApplicationDeclaration,
  status: ApplicationStatus,
  signature: Signature,
) => Promise<Outcome<AddedApplication, 'exists' | 'registry_full'>> {
  const { applications, inventSecret } = needs;

  return (declared, status, signature) =>
    applications.change(async (changing) => {
      const { client_id: clientId, client_secret: given } = declared;
      if (await changing.find(clientId)) return refused('exists');
      const invents = hasSecret(declared.token_endpoint_auth_method) && given === undefined;
      const inventedSecret = invents ? inventSecret() : undefined;
      const added = { declaration: bare(declared), status, secret: given ?? inventedSecret ?? '' };
      if (!(await changing.add(added, signature))) return refused('registry_full');
      return accepted({ clientId, status, inventedSecret });
    });
}
