import { hash, timingSafeEqual } from 'node:crypto';
import type { Application } from '#src/domain/application.ts';
import type { Credentials } from './poll-front.ts';

/** The application of this secret, in the header or in the body; undefined too for one that proves itself otherwise. */
export function createAuthenticateBySecret(findApplication: (clientId: string) => Application | undefined) {
  return ({ clientId, secret }: Credentials): Application | undefined => {
    const application = findApplication(clientId);
    if (!application || !bySecret.has(application.authentication)) return undefined;
    // Digests have one length, so that neither the time nor an error tells that of the secret.
    const same = timingSafeEqual(digest(secret), digest(application.secret));
    return same && application.secret !== '' ? application : undefined;
  };
}

const bySecret: ReadonlySet<string> = new Set(['client_secret_basic', 'client_secret_post']);

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
