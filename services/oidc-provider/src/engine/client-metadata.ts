import type { ClientMetadata } from 'oidc-provider';
import type { Application } from '#src/domain/application.ts';
import { PORTAL_CLIENT_ID } from '#src/domain/portal.ts';
import { capabilities } from './capabilities.ts';

const NOT_CALLED = 'https://never-called.invalid/';

/**
 * An application as the library reads one (OpenID Connect registration metadata). What a feature of the library does not
 * know it ignores. Logout addresses are not told to it: sessions are ended, and applications called, by us.
 */
export function clientMetadata(application: Application): ClientMetadata {
  const { ciba, keys } = application;
  const given = {
    client_id: application.clientId,
    client_name: application.name,
    client_secret: application.secret,
    client_uri: application.homeUrl,
    redirect_uris: registeredRedirects(application),
    post_logout_redirect_uris: [...application.postLogoutRedirectUris],
    grant_types: [...application.grants],
    response_types: responseTypesOf(application),
    token_endpoint_auth_method: application.authentication,
    jwks: keys.length > 0 ? { keys: [...keys] } : '',
    jwks_uri: application.keysUrl,
    tls_client_auth_subject_dn: application.certificateSubject,
    tls_client_certificate_bound_access_tokens: application.certificateBoundTokens,
    id_token_signed_response_alg: application.idTokenAlg,
    userinfo_signed_response_alg: application.userInfoAlg,
    authorization_signed_response_alg: application.idTokenAlg,
    request_object_signing_alg: application.requestAlg,
    require_signed_request_object: application.requestAlg !== '',
    ...(ciba.channels.length > 0
      ? {
          backchannel_token_delivery_mode: ciba.delivery,
          // The library only checks it, and wants https: it is we who call, by the outgoing guard.
          backchannel_client_notification_endpoint: ciba.notificationUrl && NOT_CALLED,
          backchannel_authentication_request_signing_alg: ciba.requestAlg,
        }
      : {}),
  };
  const metadata = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  // The keys are the library's own; what is '' is left out, since it would refuse it.
  return metadata as unknown as ClientMetadata;
}

/** Our page of sessions only asks that somebody be logged in: it gets no code, so that none can be stolen or redeemed. */
function responseTypesOf({ clientId, grants }: Application): string[] {
  if (clientId === PORTAL_CLIENT_ID) return ['none'];
  return grants.includes('authorization_code') ? [...capabilities.responseTypes] : [];
}

/** The library wants one of whoever logs in by a browser: an application of development may have any on its own machine. */
function registeredRedirects({ redirectUris, loopbackRedirects }: Application): string[] {
  return redirectUris.length === 0 && loopbackRedirects ? ['http://localhost/'] : [...redirectUris];
}
