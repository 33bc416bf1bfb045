import { type Clock, Unavailable } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import { currentTraceparent, type Logger } from '@psc/runtime';
import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type Application, wayBackTo } from '#src/domain/application.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';
import type { Subjects } from '#src/domain/subject.ts';
import type { ClientCertificates } from '#src/ports/client-certificates.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { EndSession } from '#src/use-cases/end-session.ts';
import type { OpenLogin } from '#src/use-cases/open-login.ts';
import { type AccountNeeds, createExtraTokenClaims, createFindAccount } from './accounts.ts';
import { SESSION_COOKIE } from './browser-sessions.ts';
import { capabilities } from './capabilities.ts';
import { type CibaNeeds, createCiba } from './ciba/ciba.ts';
import { CibaError } from './ciba/words.ts';
import { createAssertClaims } from './claims-parameter.ts';
import { acceptAudiences, createAssertLifetime, refuseReplays } from './client-auth/assertions.ts';
import { createMutualTls } from './client-auth/certificates.ts';
import { type OutcomeNeeds, watchClientAuthentication } from './client-auth/outcomes.ts';
import { serveClients } from './clients.ts';
import { createCookieSigner } from './cookie-signer.ts';
import { letDevelopmentPagesRead } from './cors.ts';
import { deviceFlow, tellDeviceInterval } from './device-flow.ts';
import { endpoints, mountPathOf } from './endpoints.ts';
import { createLoadExistingGrant } from './grants.ts';
import { guard } from './guard.ts';
import { issueIdTokens } from './id-tokens.ts';
import { adaptLibrary } from './internals.ts';
import { completeIntrospection } from './introspection.ts';
import { issueJwtTokens } from './jwt-tokens.ts';
import { createLifetimes, type Lifetimes } from './lifetimes.ts';
import { showOnwardPage } from './onward.ts';
import { asOutage, Outage } from './outage.ts';
import { errorPage, type Trouble } from './pages/error-page.ts';
import { prompts } from './prompts.ts';
import { forgiveRetries } from './redemption.ts';
import { requesterOf } from './requester.ts';
import { createResume, type ResumeNeeds } from './resume.ts';
import { claimsOfScopes, scopes } from './scopes.ts';
import { readSessionId } from './session-ids.ts';
import { show } from './show.ts';
import { CLOCK_TOLERANCE_SECONDS, type EngineStore } from './store.ts';
import { completeTokenResponse } from './token-response.ts';
import type { TokenSigner } from './token-signer.ts';
import { tolerateUserInfoRequest } from './user-info.ts';
import type { WorkingApplications } from './working-applications.ts';

export interface ProviderSettings {
  readonly issuer: string;
  readonly walletUrl: string;
  /** Where applications reach the listener that asks for their certificate, when it is another one. */
  readonly mtlsUrl?: string | undefined;
  /** The first one signs; the others still verify. */
  readonly cookieKeys: readonly string[];
  readonly lifetimes: Lifetimes;
  /** Seconds between two polls of a CIBA request. */
  readonly cibaInterval: number;
}

type Given = 'askByCiba' | 'judgePoll' | 'verifyLogin' | 'quotas' | 'trace' | 'onPoll';

export interface ProviderNeeds extends OutcomeNeeds, Pick<CibaNeeds, Given> {
  /** Those that work, as of the moment: what changes of them needs no other provider. */
  readonly applications: WorkingApplications;
  readonly store: EngineStore;
  readonly quotas: Quotas;
  readonly certificates: ClientCertificates;
  readonly fetchKeys: typeof fetch;
  readonly directory: Directory;
  readonly approvals: ResumeNeeds['approvals'] & CibaNeeds['approvals'];
  readonly openLogin: OpenLogin;
  readonly finishLogin: ResumeNeeds['finishLogin'];
  readonly endSession: EndSession;
  readonly subjects: Subjects;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onFinished: ResumeNeeds['onFinished'];
}

/** The library, set up as Pro Santé Connect, with these keys, the one that signs first. Cheap (a few ms): built again when they change. */
export function buildProvider(
  needs: ProviderNeeds,
  settings: ProviderSettings,
  keys: readonly SigningKey[],
  signer: TokenSigner,
): Provider {
  const { store, directory, subjects, applications, logger } = needs;
  const { issuer, walletUrl } = settings;
  const { ttl, sessionEnd } = createLifetimes(settings.lifetimes, needs.clock);

  function applicationOf(clientId: string | undefined): Application {
    const application = applications.get(clientId ?? '');
    // Only when an application disappears while one of its requests is in flight.
    if (!application) throw new errors.InvalidClient('client is invalid', 'client not found');
    return application;
  }

  const ciba = createCiba({ ...needs, applicationOf, sessionEnd, interval: settings.cibaInterval });

  const provider: Provider = new Provider(issuer, {
    adapter: outageAware(store, needs.endSession),
    jwks: { keys: keys.map(({ privateJwk }) => privateJwk) },
    routes: endpoints,
    scopes: [...scopes],
    claims: claimsOfScopes,
    acrValues: [...capabilities.acrValues],
    responseTypes: [...capabilities.responseTypes],
    subjectTypes: [...capabilities.subjectTypes],
    clientAuthMethods: [...capabilities.clientAuthMethods],
    fetch: (url, options) => needs.fetchKeys(url, options),
    assertJwtClientAuthClaimsAndHeader: createAssertLifetime(needs.clock),
    enabledJWA: {
      idTokenSigningAlgValues: [...capabilities.signingAlgs],
      userinfoSigningAlgValues: [...capabilities.signingAlgs],
      authorizationSigningAlgValues: [...capabilities.signingAlgs],
      requestObjectSigningAlgValues: [...capabilities.requestSigningAlgs],
      clientAuthSigningAlgValues: [...capabilities.assertionSigningAlgs],
    },
    // Even an application with one redirection names it, as at Keycloak.
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ttl: { ...ttl, BackchannelAuthenticationRequest: ciba.recordLifetime },
    cookies: {
      keys: createCookieSigner(settings.cookieKeys),
      names: { session: SESSION_COOKIE, interaction: 'psc_interaction', resume: 'psc_resume' },
      long: { httpOnly: true, sameSite: 'lax', signed: true, path: mountPathOf(issuer) || '/' },
      // The library gives each of these the one path that needs it.
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      resourceIndicators: { enabled: false },
      clientCredentials: { enabled: true },
      jwtUserinfo: { enabled: true },
      introspection: { enabled: true, allowedPolicy: createIntrospectable({ directory, subjects }) },
      revocation: { enabled: true, allowedPolicy: revocable },
      mTLS: createMutualTls(() => needs.certificates),
      requestObjects: { enabled: true, assertJwtClaimsAndHeader: ciba.checkSignedClaims },
      ciba: ciba.feature,
      deviceFlow,
      jwtResponseModes: { enabled: true },
      claimsParameter: { enabled: true, assertClaimsParameter: createAssertClaims(applicationOf) },
      // Only for what resume.ts leaves to it: logging somebody else in. The endpoint is ours (http/logout.routes.ts).
      rpInitiatedLogout: { enabled: true },
    },
    // A session that ends takes its tokens with it, and concurrent logins do not take them from each other (store.ts).
    expiresWithSession: () => true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    loadExistingGrant: createLoadExistingGrant(sessionEnd),
    findAccount: createFindAccount({ directory, subjects, applicationOf }),
    extraTokenClaims: createExtraTokenClaims({ applicationOf }),
    interactions: {
      policy: prompts(),
      url: async (ctx, interaction) => {
        const { scope, login_hint: loginHint } = interaction.params;
        const request = {
          id: interaction.uid,
          application: applicationOf(ctx.oidc.client?.clientId),
          scope: String(scope ?? ''),
          loginHint: String(loginHint ?? ''),
          requester: requesterOf(ctx.req),
          returnTo: interaction.returnTo,
          traceparent: currentTraceparent(),
        };
        await needs.openLogin(request).catch(asOutage);
        return `${walletUrl}/login/${interaction.uid}`;
      },
    },
    renderError: (ctx, out, error) => {
      const application = applications.get(ctx.oidc.client?.clientId ?? '');
      const url = application ? wayBackTo(application) : '';
      const trouble = troubleOf(error);
      show(
        ctx,
        ctx.status,
        errorPage({
          trouble,
          ...(trouble === 'unavailable' || trouble === 'unexpected' ? { retry: '' } : {}),
          ...(application && url !== '' ? { back: { url, name: application.name } } : {}),
          technical: {
            error: out.error,
            ...(out.error_description ? { error_description: out.error_description } : {}),
          },
        }),
      );
    },
  });

  // The front overwrites Host and X-Forwarded-*: what the library reads there is ours.
  provider.proxy = true;
  adaptLibrary(provider, applicationOf);
  serveClients(provider, needs);
  issueJwtTokens(provider, signer);
  issueIdTokens(provider, signer, { clock: needs.clock, lifetime: settings.lifetimes.idToken });
  forgiveRetries(provider, needs.clock);
  ciba.install(provider);
  provider.use(letDevelopmentPagesRead(needs.applications));
  provider.use(guard(logger));
  provider.use(showOnwardPage);
  acceptAudiences(provider, issuer, settings.mtlsUrl);
  refuseReplays(provider, () => needs.quotas);
  provider.use(watchClientAuthentication(provider, needs));
  provider.use(completeTokenResponse(store, logger));
  provider.use(completeIntrospection(issuer, subjects));
  provider.use(tolerateUserInfoRequest);
  provider.use(tellDeviceInterval);
  provider.use(
    createResume(provider, {
      ...needs,
      walletUrl,
      findApplication: (clientId) => applications.get(clientId),
    }),
  );
  listen(provider, logger);
  return provider;
}

/**
 * Any application that authenticates may ask about any token, as at PSC: a server that is called with a token asks about
 * somebody else's. A public one has nothing to show for itself and learns nothing. The token of an application that is no
 * longer approved is dead; so is that of a professional whom the register contradicts. While the register does not answer, the
 * session decides alone, so that an outage of it is not one of every server that asks.
 */
function createIntrospectable({ directory, subjects }: Pick<AccountNeeds, 'directory' | 'subjects'>) {
  return async (
    { oidc: { provider } }: KoaContextWithOIDC,
    client: { clientAuthMethod?: string | undefined },
    token: { clientId?: string | undefined; accountId?: string | undefined },
  ): Promise<boolean> => {
    if (client.clientAuthMethod === 'none') return false;
    if (!(await provider.Client.find(token.clientId ?? ''))) return false;
    return token.accountId === undefined || mayLogIn(token.accountId);
  };

  async function mayLogIn(subject: string): Promise<boolean> {
    const nationalId = subjects.nationalIdOf(subject);
    if (nationalId === undefined) return false;
    try {
      const professional = await directory.find(nationalId);
      return professional?.status === 'active' && professional.nationalId === nationalId;
    } catch (error) {
      if (error instanceof Unavailable) return true;
      throw error;
    }
  }
}

function revocable(
  _ctx: unknown,
  client: { clientId: string },
  token: { clientId?: string | undefined },
): boolean {
  if (token.clientId !== client.clientId) throw new errors.InvalidRequest('the token is of another client');
  return true;
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof Outage) return 'unavailable';
  if (error instanceof errors.SessionNotFound || error instanceof errors.LoginRequired) return 'login_over';
  if (error instanceof errors.AccessDenied) return 'professional_inactive';
  return error instanceof errors.OIDCProviderError && error.expose ? 'request_refused' : 'unexpected';
}

function outageAware(store: EngineStore, endSession: EndSession) {
  return (model: string) => {
    const records = store.adapterFor(model);
    async function destroy(id: string): Promise<void> {
      // However the library comes to end a session, its applications are called.
      const sid = model === 'Session' ? readSessionId(id)?.uid : undefined;
      if (sid !== undefined) await endSession(sid);
      await records.destroy(id);
    }
    return {
      upsert: (...args: Parameters<typeof records.upsert>) => records.upsert(...args).catch(asOutage),
      find: (id: string) => records.find(id).catch(asOutage),
      findByUid: (uid: string) => records.findByUid(uid).catch(asOutage),
      findByUserCode: (code: string) => records.findByUserCode(code).catch(asOutage),
      consume: (id: string) => records.consume(id).catch(asOutage),
      destroy: (id: string) => destroy(id).catch(asOutage),
      revokeByGrantId: (grantId: string) => records.revokeByGrantId(grantId).catch(asOutage),
    };
  };
}

/** The library tells of errors by events only. Its messages are for developers; `detail` may quote a request: not logged. */
function listen(provider: Provider, logger: Logger): void {
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    logger.error(
      { err: error, route: ctx.oidc?.route, client: ctx.oidc?.client?.clientId },
      'the engine failed',
    );
  });
  const refused = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const { error: code } = error;
    // Keycloak's words may quote the request.
    const reason = error instanceof CibaError ? error.refusal : error.error_description;
    logger.info({ error: code, reason, route: ctx.oidc.route, client: ctx.oidc.client?.clientId }, 'refused');
  };
  provider.on('authorization.error', refused);
  provider.on('grant.error', refused);
  provider.on('userinfo.error', refused);
  provider.on('introspection.error', refused);
  provider.on('revocation.error', refused);
  provider.on('end_session.error', refused);
  provider.on('end_session_confirm.error', refused);
  provider.on('pushed_authorization_request.error', refused);
  provider.on('backchannel_authentication.error', refused);
  provider.on('device_authorization.error', refused);
  provider.on('code_verification.error', refused);
  provider.on('device_resume.error', refused);
}
