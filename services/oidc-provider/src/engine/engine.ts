import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { DerivedKey } from '@psc/datastores';
import { renderPage } from '@psc/pages';
import type { FastifyInstance } from 'fastify';
import type { Application } from '#src/domain/application.ts';
import { portalApplication } from '#src/domain/portal.ts';
import { canSign, inSigningOrder } from '#src/domain/signing-key.ts';
import type { Registry, RegistryContents } from '#src/ports/registry.ts';
import { createAuthenticateBySecret } from './ciba/authenticate.ts';
import { createPollFront } from './ciba/poll-front.ts';
import { publicKeySet } from './discovery.ts';
import { type Front, mountEngine } from './mount.ts';
import { errorPage } from './pages/error-page.ts';
import { portalUrlOf } from './portal.ts';
import { createPostedRequests } from './posted-requests.ts';
import { buildProvider, type ProviderNeeds, type ProviderSettings } from './provider.ts';
import { createTokenSigner, type TokenSigner } from './token-signer.ts';
import { createWorkingApplications } from './working-applications.ts';

export interface Engine {
  mount(app: FastifyInstance): void;
  /** One that works, as of the moment. */
  findApplication(clientId: string): Application | undefined;
  /** Whether there is a key to sign with. */
  canSign(): boolean;
  /** Signs and reads with the keys of the moment. */
  signer(): TokenSigner;
  /** Takes up applications and keys that changed: called by itself when they do, and every few seconds. */
  refresh(): Promise<void>;
  stop(): void;
}

export interface EngineSettings extends ProviderSettings {
  /** Sign the refresh tokens: the first one signs, the others still verify. */
  readonly refreshTokenKeys: readonly DerivedKey[];
  /** How long a replica may work with applications and keys that have changed since. */
  readonly registryRefreshMs: number;
  /** Whether applications of test work here. */
  readonly testApplications: 'accept' | 'refuse';
  /** How long applications may cache discovery and the key set. */
  readonly documentsMaxAgeSeconds: number;
}

interface Current {
  readonly contents: RegistryContents;
  readonly keySet: string;
  readonly signer: TokenSigner;
  readonly handle: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}

/**
 * Holds the library, built with the keys of the registry, and builds another one when they change: requests in flight end
 * with the one they began with. Applications it looks up at each request (docs/decisions/0004).
 */
export async function startEngine(
  needs: Omit<ProviderNeeds, 'applications'> & {
    readonly registry: Registry;
    readonly fronts: readonly Front[];
  },
  settings: EngineSettings,
): Promise<Engine> {
  const { registry, logger } = needs;
  const applications = createWorkingApplications(settings.testApplications, logger, [
    portalApplication(portalUrlOf(settings.issuer)),
  ]);

  async function build(contents: RegistryContents): Promise<Current> {
    const keys = inSigningOrder(contents.signingKeys);
    const signer = createTokenSigner(keys, settings.refreshTokenKeys);
    return {
      contents,
      keySet: JSON.stringify(publicKeySet(keys)),
      signer,
      // Without a key the library would fail at the end of each login: better before it begins.
      handle: canSign(keys)
        ? buildProvider({ ...needs, applications }, settings, keys, signer).callback()
        : undefined,
    };
  }

  async function takeUp(known?: Current): Promise<Current> {
    const contents = await registry.read(known?.contents);
    const sameKeys = known && isDeepStrictEqual(known.contents.signingKeys, contents.signingKeys);
    const next = sameKeys ? { ...known, contents } : await build(contents);
    applications.take(contents.applications);
    return next;
  }

  let current = await takeUp();
  const authenticate = createAuthenticateBySecret(applications.get, needs.clock);
  const pollFront = createPollFront({ ...needs, authenticate });
  let refreshing: Promise<void> = Promise.resolve();

  async function refreshOnce(): Promise<void> {
    if ((await registry.revision()) === current.contents.revision) return;
    current = await takeUp(current);
    logger.info({ revision: current.contents.revision }, 'applications and keys taken up');
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
        fronts: [...needs.fronts, pollFront],
        keySet: () => current.keySet,
        postedRequests: createPostedRequests(needs.store, settings.issuer, needs.fronts),
        applications,
      }),
    findApplication: applications.get,
    canSign: () => current.handle !== undefined,
    signer: () => current.signer,
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
