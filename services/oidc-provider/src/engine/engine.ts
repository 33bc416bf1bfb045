import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DerivedKey } from '@psc/datastores';
import { renderPage } from '@psc/pages';
import type { FastifyInstance } from 'fastify';
import type { Application } from '#src/domain/application.ts';
import { canSign, inSigningOrder } from '#src/domain/signing-key.ts';
import type { Registry } from '#src/ports/registry.ts';
import { createAuthenticateBySecret } from './ciba/authenticate.ts';
import { createPollFront } from './ciba/poll-front.ts';
import { publicKeySet } from './discovery.ts';
import { mountEngine } from './mount.ts';
import { errorPage } from './pages/error-page.ts';
import { createPostedRequests } from './posted-requests.ts';
import { buildProvider, type ProviderNeeds, type ProviderSettings } from './provider.ts';
import { createTokenSigner } from './token-signer.ts';

export interface Engine {
  mount(app: FastifyInstance): void;
  /** One that works, as of the moment. */
  findApplication(clientId: string): Application | undefined;
  /** Whether there is a key to sign with. */
  canSign(): boolean;
  /** Takes up applications and keys that changed: called by itself when they do, and every few seconds. */
  refresh(): Promise<void>;
  stop(): void;
}

export interface EngineSettings extends ProviderSettings {
  /** Sign the refresh tokens: the first one signs, the others still verify. */
  readonly refreshTokenKeys: readonly DerivedKey[];
  /** How long a replica may work with applications and keys that have changed since. */
  readonly registryRefreshMs: number;
}

interface Current {
  readonly revision: string;
  readonly keySet: string;
  readonly applications: ReadonlyMap<string, Application>;
  readonly handle: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}

/**
 * Holds the library, built from the registry, and builds another one when that changes: requests in flight end with the
 * one they began with (docs/decisions/0004).
 */
export async function startEngine(
  needs: ProviderNeeds & { readonly registry: Registry },
  settings: EngineSettings,
): Promise<Engine> {
  const { registry, logger } = needs;

  async function build(): Promise<Current> {
    const contents = await registry.read();
    const keys = inSigningOrder(contents.signingKeys);
    const signer = await createTokenSigner(keys, settings.refreshTokenKeys);
    return {
      revision: contents.revision,
      applications: new Map(
        contents.applications
          .filter(({ status }) => status === 'approved')
          .map((application) => [application.clientId, application]),
      ),
      keySet: JSON.stringify(publicKeySet(keys)),
      // Without a key the library would fail at the end of each login: better before it begins.
      handle: canSign(keys) ? buildProvider(needs, settings, contents, signer).callback() : undefined,
    };
  }

  let current = await build();
  const findApplication = (clientId: string) => current.applications.get(clientId);
  const pollFront = createPollFront({ ...needs, authenticate: createAuthenticateBySecret(findApplication) });
  let refreshing: Promise<void> = Promise.resolve();

  async function refreshOnce(): Promise<void> {
    if ((await registry.revision()) === current.revision) return;
    current = await build();
    logger.info({ revision: current.revision }, 'applications and keys taken up');
  }

  // One after the other: two that overlap could take up the older contents last.
  function refresh(): Promise<void> {
    refreshing = refreshing.catch(() => undefined).then(refreshOnce);
    return refreshing;
  }

  const refreshOrTell = () => {
    refresh().catch((error: unknown) =>
      logger.error({ err: error }, 'applications and keys were not read again'),
    );
  };
  const unwatch = registry.watch(refreshOrTell);
  const timer = setInterval(refreshOrTell, settings.registryRefreshMs).unref();

  return {
    mount: (app) =>
      mountEngine(app, settings, {
        handle: (request, response) =>
          current.handle ? current.handle(request, response) : answerUnavailable(response),
        fronts: [pollFront],
        keySet: () => current.keySet,
        postedRequests: createPostedRequests(needs.store, settings.issuer),
      }),
    findApplication,
    canSign: () => current.handle !== undefined,
    refresh,
    stop() {
      clearInterval(timer);
      unwatch();
    },
  };
}

function answerUnavailable(response: ServerResponse): void {
  const { headers, body } = renderPage(errorPage({ trouble: 'unavailable', retry: '' }));
  response.writeHead(503, { ...headers }).end(body);
}
