import type { ApplicationDeclaration } from '@psc/contracts';
import type { Application } from '#src/domain/application.ts';

/** What is kept beside a declaration, which may leave it out. */
export type Beside = Pick<Application, 'status' | 'secret' | 'formerSecret'>;

/** The application that a declaration describes. */
export function applicationOf(declared: ApplicationDeclaration, beside: Beside): Application {
  const { psc } = declared;
  return {
    clientId: declared.client_id,
    name: declared.client_name,
    homeUrl: declared.client_uri ?? '',
    status: beside.status,
    kind: psc.kind,
    environment: psc.environment,
    authentication: declared.token_endpoint_auth_method,
    secret: beside.secret,
    formerSecret: beside.formerSecret,
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

/** A declaration without what is kept beside it. */
export function bare(declared: ApplicationDeclaration): ApplicationDeclaration {
  const { client_secret: _secret, psc, ...rest } = declared;
  const { status: _status, ...settings } = psc;
  return { ...rest, psc: settings };
}
