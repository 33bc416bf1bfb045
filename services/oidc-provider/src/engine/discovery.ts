import type { SigningKey } from '#src/domain/signing-key.ts';
import { capabilities } from './capabilities.ts';
import { mtlsAliases } from './client-auth/mtls-aliases.ts';
import { endpoints } from './endpoints.ts';
import { claimsOfScopes, scopes } from './scopes.ts';

/**
 * The discovery document: what works, and nothing else. `wallet-openid-configuration` is the same, with the wallet's
 * authorization endpoint. Every address comes from the configuration: no header of a request has a say.
 */
export function discoveryDocument(
  issuer: string,
  authorizationEndpoint = issuer + endpoints.authorization,
  mtlsUrl?: string,
) {
  const document = {
    issuer,
    authorization_endpoint: authorizationEndpoint,
    token_endpoint: issuer + endpoints.token,
    introspection_endpoint: issuer + endpoints.introspection,
    userinfo_endpoint: issuer + endpoints.userinfo,
    end_session_endpoint: issuer + endpoints.end_session,
    jwks_uri: issuer + endpoints.jwks,
    registration_endpoint: issuer + endpoints.registration,
    revocation_endpoint: issuer + endpoints.revocation,
    device_authorization_endpoint: issuer + endpoints.device_authorization,

    grant_types_supported: capabilities.grantTypes,
    acr_values_supported: capabilities.acrValues,
    scopes_supported: scopes,
    claims_supported: ['iss', 'aud', 'sid', ...new Set(Object.values(claimsOfScopes).flat())],
    claim_types_supported: ['normal'],
    subject_types_supported: capabilities.subjectTypes,
    id_token_signing_alg_values_supported: capabilities.signingAlgs,
    userinfo_signing_alg_values_supported: capabilities.signingAlgs,

    ...requests(issuer),
    ...ciba(issuer),
    ...logout,
    ...clientAuthentication(),
  };
  return { ...document, mtls_endpoint_aliases: mtlsAliases(document, issuer, mtlsUrl) };
}

/** What an authorization request may hold, and how it is answered. */
function requests(issuer: string) {
  return {
    response_types_supported: capabilities.responseTypes,
    response_modes_supported: capabilities.responseModes,
    authorization_response_iss_parameter_supported: true,
    authorization_signing_alg_values_supported: capabilities.signingAlgs,
    code_challenge_methods_supported: capabilities.codeChallengeMethods,
    claims_parameter_supported: true,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: capabilities.requestSigningAlgs,
    pushed_authorization_request_endpoint: issuer + endpoints.pushed_authorization_request,
    require_pushed_authorization_requests: false,
  };
}

/** What an application may ask of a professional who is not in front of it. */
function ciba(issuer: string) {
  return {
    backchannel_authentication_endpoint: issuer + endpoints.backchannel_authentication,
    backchannel_token_delivery_modes_supported: ['poll', 'ping'],
    backchannel_authentication_request_signing_alg_values_supported: capabilities.requestSigningAlgs,
  };
}

/** How an application hears that a session is over; every token names its session. */
const logout = {
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
};

/** How an application proves who it is. A public one, `none`, may not introspect. */
function clientAuthentication() {
  const { clientAuthMethods: methods, assertionSigningAlgs } = capabilities;
  return {
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: assertionSigningAlgs,
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
    introspection_endpoint_auth_signing_alg_values_supported: assertionSigningAlgs,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionSigningAlgs,
    tls_client_certificate_bound_access_tokens: true,
  };
}

const publicMembers = ['kty', 'n', 'e', 'crv', 'x', 'y', 'kid', 'alg', 'use'];

/** The public halves, of the retired keys and the next ones too. */
export function publicKeySet(keys: readonly SigningKey[]) {
  return {
    keys: keys.map(({ privateJwk }) =>
      Object.fromEntries(Object.entries(privateJwk).filter(([member]) => publicMembers.includes(member))),
    ),
  };
}
