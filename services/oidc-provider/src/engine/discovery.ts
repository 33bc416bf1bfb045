import type { SigningKey } from '#src/domain/signing-key.ts';
import { signingAlgs } from '#src/domain/signing-key.ts';
import { endpoints } from './endpoints.ts';
import { claimsOfScopes, scopes } from './scopes.ts';

const clientAuthMethods = ['client_secret_basic', 'client_secret_post'];

/**
 * The discovery document: what works, and nothing else. `wallet-openid-configuration` is the same, with the wallet's
 * authorization endpoint. Every address comes from the configuration: no header of a request has a say.
 */
export function discoveryDocument(issuer: string, authorizationEndpoint = issuer + endpoints.authorization) {
  return {
    issuer,
    authorization_endpoint: authorizationEndpoint,
    token_endpoint: issuer + endpoints.token,
    introspection_endpoint: issuer + endpoints.introspection,
    userinfo_endpoint: issuer + endpoints.userinfo,
    end_session_endpoint: issuer + endpoints.end_session,
    jwks_uri: issuer + endpoints.jwks,
    revocation_endpoint: issuer + endpoints.revocation,
    pushed_authorization_request_endpoint: issuer + endpoints.pushed_authorization_request,
    require_pushed_authorization_requests: false,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    acr_values_supported: ['eidas1'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: signingAlgs,
    token_endpoint_auth_methods_supported: [...clientAuthMethods, 'none'],
    introspection_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint_auth_methods_supported: [...clientAuthMethods, 'none'],
    scopes_supported: scopes,
    claims_supported: ['iss', 'aud', ...new Set(Object.values(claimsOfScopes).flat())],
    claim_types_supported: ['normal'],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
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
