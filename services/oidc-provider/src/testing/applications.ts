import { type ApplicationDeclaration, applicationDeclarationSchema, grantTypes } from '@psc/contracts';
import type { Application } from '#src/domain/application.ts';
import type { Applications } from '#src/ports/applications.ts';

/** An application of these tests; its callback answers nothing. */
export function application(change: Partial<Application> & { clientId: string }): Application {
  return {
    name: `Service ${change.clientId}`,
    homeUrl: '',
    status: 'approved',
    kind: 'application',
    environment: 'test',
    authentication: 'client_secret_basic',
    secret: 'a-secret-of-the-tests',
    formerSecret: undefined,
    keys: [],
    keysUrl: '',
    certificateSubject: '',
    certificateBoundTokens: false,
    redirectUris: [`https://${change.clientId}.example/callback`],
    postLogoutRedirectUris: [`https://${change.clientId}.example/bye`],
    grants: [grantTypes.code, grantTypes.refresh],
    idTokenAlg: 'RS256',
    userInfoAlg: '',
    requestAlg: '',
    acr: 'eidas1',
    claims: '2024',
    challengeFromLoginHint: false,
    ciba: { channels: [], delivery: 'poll', notificationUrl: '', requestAlg: '' },
    logout: { backchannelUrl: '', frontchannelUrl: '' },
    loopbackRedirects: false,
    developmentOrigins: [],
    ...change,
  };
}

/** The declaration that describes this application, without its status and its secret. */
export function declarationOf(application: Application): ApplicationDeclaration {
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
  const given = Object.entries(declared).filter(([, value]) => value !== '');
  return applicationDeclarationSchema.parse(Object.fromEntries(given));
}

/** Adds it, or makes the one of its name be like it: whatever its life was, as no operator could. */
export function saveApplicationIn(applications: Applications, application: Application): Promise<void> {
  const { clientId, status, secret } = application;
  const declaration = declarationOf(application);
  const signature = { operator: 'the tests', at: Date.now(), reason: '' };
  return applications.change(async (changing) => {
    const known = await changing.find(clientId);
    if (!known) return void (await changing.add({ declaration, status, secret }, signature));
    await changing.replace(clientId, { declaration, secret }, { ...signature, fields: [] });
    await changing.changeStatus(clientId, { from: known.status, to: status }, signature);
  });
}

/** An application that may ask by CIBA, by phone and by card. */
export function cibaApplication(
  change: Partial<Application> & { clientId: string },
  ciba: Partial<Application['ciba']> = {},
): Application {
  const grants = [grantTypes.ciba, grantTypes.refresh];
  const channels = ['MOBILE', 'CARD'] as const;
  return application({
    redirectUris: [],
    postLogoutRedirectUris: [],
    grants,
    ...change,
    ciba: { channels, delivery: 'poll', notificationUrl: '', requestAlg: '', ...ciba },
  });
}
