import type { Clock } from '@psc/kernel';
import type { Application } from '#src/domain/application.ts';
import { isSecretOf } from '#src/engine/client-secrets.ts';
import type { BasicCredentials } from '../client-auth/credentials.ts';

/** The application of this secret, in the header or in the body; undefined too for one that proves itself otherwise. */
export function createAuthenticateBySecret(
  findApplication: (clientId: string) => Application | undefined,
  clock: Clock,
) {
  return ({ clientId, secret }: BasicCredentials): Application | undefined => {
    const application = findApplication(clientId);
    if (!application || !bySecret.has(application.authentication)) return undefined;
    return isSecretOf(application, secret, clock()) ? application : undefined;
  };
}

const bySecret: ReadonlySet<string> = new Set(['client_secret_basic', 'client_secret_post']);
