import type { ApplicationDeclaration } from '@psc/contracts';
import type { Application } from '#src/domain/application.ts';

/** The application that a declaration describes. The secret is kept apart: a declaration may leave it out. */
export function applicationOf(declared: ApplicationDeclaration, secret: string): Application {
  const { psc } = declared;
  return {
    clientId: declared.client_id,
    name: declared.client_name,
    homeUrl: declared.client_uri ?? '',
    status: psc.status,
    kind: psc.kind,
    environment: psc.environment,
    authentication: declared.token_endpoint_auth_method,
    secret,
    keys: declared.jwks?.keys ?? [],
    keysUrl: declared.jwks_uri ?? '',
    certificateSubject: declared.tls_client_auth_subject_dn ?? '',
    certificateBoundTokens: declared.tls_client_certificate_bound_access_tokens,
    redirectUris: declared.redirect_uris,
    postLogoutRedirectUris: declared.post_logout_redirect_uris,
    grants: declared.grant_types,
    idTokenAlg: declared.id_token_signed_response_alg,
    userInfoAlg: declared.userinfo_signed_response_alg ?? '',
    requestAlg: declared.request_object_signing_alg ?? '',
    acr: psc.acr,
    claims: psc.claims,
    challengeFromLoginHint: psc.challenge_from_login_hint,
    ciba: {
      channels: psc.ciba_channels,
      delivery: declared.backchannel_token_delivery_mode,
      notificationUrl: declared.backchannel_client_notification_endpoint ?? '',
      requestAlg: declared.backchannel_authentication_request_signing_alg ?? '',
    },
    logout: {
      backchannelUrl: declared.backchannel_logout_uri ?? '',
      frontchannelUrl: declared.frontchannel_logout_uri ?? '',
    },
    loopbackRedirects: psc.loopback_redirects,
    developmentOrigins: psc.development_origins,
  };
}

/** The declaration that describes this application, without its secret. The other way round: `applicationOf`. */
export function declarationOf(application: Application) {
  const { ciba, logout, keys } = application;
  const declared = {
    client_id: application.clientId,
    client_name: application.name,
    client_uri: application.homeUrl,
    redirect_uris: application.redirectUris,
    post_logout_redirect_uris: application.postLogoutRedirectUris,
    grant_types: application.grants,
    token_endpoint_auth_method: application.authentication,
    jwks: keys.length > 0 ? { keys } : '',
    jwks_uri: application.keysUrl,
    tls_client_auth_subject_dn: application.certificateSubject,
    tls_client_certificate_bound_access_tokens: application.certificateBoundTokens,
    id_token_signed_response_alg: application.idTokenAlg,
    userinfo_signed_response_alg: application.userInfoAlg,
    request_object_signing_alg: application.requestAlg,
    backchannel_token_delivery_mode: ciba.delivery,
    backchannel_client_notification_endpoint: ciba.notificationUrl,
    backchannel_authentication_request_signing_alg: ciba.requestAlg,
    backchannel_logout_uri: logout.backchannelUrl,
    frontchannel_logout_uri: logout.frontchannelUrl,
    psc: {
      status: application.status,
      kind: application.kind,
      environment: application.environment,
      acr: application.acr,
      claims: application.claims,
      challenge_from_login_hint: application.challengeFromLoginHint,
      ciba_channels: ciba.channels,
      loopback_redirects: application.loopbackRedirects,
      development_origins: application.developmentOrigins,
    },
  };
  return Object.fromEntries(Object.entries(declared).filter(([, value]) => value !== ''));
}
