import type { Clock } from '@psc/kernel';
import type { Logger } from '@psc/runtime';
import type { Client, Provider } from 'oidc-provider';
import type { Application } from '#src/domain/application.ts';
import { clientMetadata } from './client-metadata.ts';
import { isSecretOf, secretsOf } from './client-secrets.ts';
import type { WorkingApplications } from './working-applications.ts';

/**
 * The library finds its clients among our applications, as of the moment. It would keep those it is given at its
 * construction for ever, and of those of an adapter a hundred at most. One is built at its first use, and again when
 * its application changes: the key set fetched from a `jwks_uri` lasts as long.
 */
export function serveClients(
  provider: Provider,
  needs: { readonly applications: WorkingApplications; readonly clock: Clock; readonly logger: Logger },
): void {
  const { applications, clock, logger } = needs;
  // The library's types leave out what we use of the class.
  const Model = provider.Client as unknown as ClientModel;
  const built = new WeakMap<Application, { readonly client: Client | undefined; readonly until: number }>();

  function build(application: Application): Client | undefined {
    try {
      const client = new Model(clientMetadata(application));
      acceptFormerSecret(client, application, clock());
      return client;
    } catch (error) {
      logger.error({ err: error, client: application.clientId }, 'an application that the library refuses');
      return undefined;
    }
  }

  Model.find = async (clientId) => {
    const application = typeof clientId === 'string' ? applications.get(clientId) : undefined;
    if (!application) return undefined;
    const known = built.get(application);
    if (known && clock() < known.until) return known.client;
    const client = build(application);
    const { formerSecret } = application;
    const graceLasts = formerSecret !== undefined && clock() < formerSecret.until;
    built.set(application, { client, until: graceLasts ? formerSecret.until : Number.POSITIVE_INFINITY });
    return client;
  };

  Model.prototype.compareClientSecret = function (presented) {
    const application = applications.get(this.clientId);
    return application !== undefined && isSecretOf(application, presented, clock());
  };
}

/** `client_secret_jwt`: what the former secret signed is verified too, as long as it works. */
function acceptFormerSecret(client: Client & WithKeys, application: Application, now: number): void {
  const [secret, ...former] = secretsOf(application, now);
  const keys = [...client.symmetricKeyStore].filter(({ k }) => secret !== undefined && k === encoded(secret));
  for (const value of former) {
    for (const key of keys) client.symmetricKeyStore.add({ ...key, k: encoded(value) });
  }
}

function encoded(secret: string): string {
  return Buffer.from(secret).toString('base64url');
}

interface ClientModel {
  new (metadata: ReturnType<typeof clientMetadata>): Client & WithKeys;
  readonly prototype: { readonly clientId: string; compareClientSecret(presented: string): boolean };
  find(clientId: unknown): Promise<Client | undefined>;
}

interface WithKeys {
  readonly symmetricKeyStore: Iterable<{ readonly k?: string }> & { add(key: object): void };
}
