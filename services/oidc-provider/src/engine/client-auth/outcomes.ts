import type { Logger } from '@psc/runtime';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { type ClientAuthentication, hasSecret } from '#src/domain/application.ts';
import type { CallerLimits } from '#src/use-cases/limit-callers.ts';
import { authenticatedEndpoints } from './credentials.ts';
import { admittedCall } from './limits.ts';
import { hadWrongSecret } from './wrong-secrets.ts';

/** What became of a request in which an application must prove who it is. */
export type AuthenticationOutcome = 'succeeded' | 'failed' | 'unavailable';

export interface OutcomeNeeds {
  readonly limits: Pick<CallerLimits, 'noteFailure' | 'noteSuccess'>;
  readonly logger: Logger;
  /** `method`: how the application is declared to prove who it is; 'unknown' when it is not known itself. */
  readonly onAuthentication: (
    method: ClientAuthentication | 'unknown',
    outcome: AuthenticationOutcome,
  ) => void;
}

type Middleware = Parameters<Provider['use']>[0];
type Context = Parameters<Middleware>[0];

/**
 * Around the library: what became of each client authentication is counted, told in the log with its cause, and told to the
 * developer, whom the library would leave with "client authentication failed".
 */
export function watchClientAuthentication(provider: Provider, needs: OutcomeNeeds): Middleware {
  const { limits, logger, onAuthentication } = needs;

  const failures = new WeakMap<object, Error>();
  const note = (ctx: KoaContextWithOIDC, error: Error) => {
    failures.set(ctx, error);
  };
  provider.on('grant.error', note);
  provider.on('introspection.error', note);
  provider.on('revocation.error', note);
  provider.on('pushed_authorization_request.error', note);
  provider.on('backchannel_authentication.error', note);
  provider.on('device_authorization.error', note);
  provider.on('server_error', note);

  return async (ctx, next) => {
    await next();
    if (!authenticatedEndpoints.has(ctx.path)) return;
    const client = ctx.oidc.client;
    // The library types any method; these are all that an application may be declared with.
    const method = (client?.clientAuthMethod ?? 'unknown') as ClientAuthentication | 'unknown';
    const error = failures.get(ctx);
    const unjudged = !client && hadWrongSecret(ctx.req) ? WRONG_SECRET : undefined;
    const cause = (error && causeOf(error)) ?? unjudged;
    const call = admittedCall(ctx.req);

    if (cause === undefined) {
      // Neither a failure of it, nor said by the library before it knew the application: it succeeded, whatever came after.
      if (!client) return;
      const isDown = error !== undefined && ctx.status >= 500;
      onAuthentication(method, isDown ? 'unavailable' : 'succeeded');
      // A public application proves nothing: whoever names it could use up its calls.
      if (isDown || method === 'none' || !call) return;
      limits.noteSuccess({ ...call.caller, clientId: client.clientId }, call).catch(untold);
      return;
    }

    onAuthentication(method, 'failed');
    logger.warn(
      { client: client?.clientId, method, reason: cause, route: ctx.oidc.route },
      'a client could not prove who it is',
    );
    answer(ctx, describe(cause, method));
    if (!call) return;
    const failing = { ...call.caller, clientId: client?.clientId ?? call.caller.clientId };
    const isLockedOut = await limits.noteFailure(failing).catch(untold);
    if (isLockedOut) logger.warn({ client: client?.clientId }, 'a client is locked out from one address');
  };

  function untold(error: unknown): void {
    logger.error({ err: error }, 'what became of a client authentication could not be counted');
  }
}

/** Why the authentication failed, in the library's words or ours; undefined when that is not what the error is about. */
function causeOf(error: Error): string | undefined {
  if (error instanceof errors.InvalidRequest && error.error_description === NOTHING_GIVEN)
    return NOTHING_GIVEN;
  // The keys of an application whose own certificate is registered.
  if (error instanceof errors.InvalidClientMetadata) return error.error_description;
  if (!(error instanceof errors.InvalidClientAuth)) return undefined;
  // The reason of keys that could not be fetched is one deeper.
  if (error.cause instanceof errors.InvalidClientMetadata) return error.cause.error_description;
  return error.error_detail ?? 'unknown';
}

const NOTHING_GIVEN = 'no client authentication mechanism provided';
const WRONG_SECRET = 'invalid secret provided';

/** The words of the library that say what we word otherwise. */
function describe(cause: string, method: ClientAuthentication | 'unknown'): string {
  switch (cause) {
    case 'client not found':
    case WRONG_SECRET:
      // Keycloak's words, for both.
      return 'Invalid client or Invalid client credentials';
    case 'the provided authentication mechanism does not match the registered client authentication method':
      return `this client must authenticate by ${hasBothForms(method) ? 'client_secret_basic or client_secret_post' : method}`;
    case 'certificate subject value does not match the registered one':
      return 'the subject of the client certificate is not the registered tls_client_auth_subject_dn (RFC 4514: CN=..., ..., C=FR)';
    case 'client JSON Web Key Set failed to be refreshed':
      return "the client's keys could not be fetched from its jwks_uri";
    default:
      return cause;
  }
}

function hasBothForms(method: ClientAuthentication | 'unknown'): boolean {
  return method !== 'unknown' && hasSecret(method) && method !== 'client_secret_jwt';
}

/** RFC 6749 §5.2. A browser, which has no business here, was shown a page: it stays. */
function answer(ctx: Context, description: string): void {
  ctx.status = 401;
  if (typeof ctx.body !== 'object' || ctx.body === null) return;
  // The characters that RFC 6749 allows there.
  const error_description = description.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'");
  ctx.body = { error: 'invalid_client', error_description };
}
