/**
 * For each key of Pro Santé Connect's discovery document, and of ours: the same, or why not. `discovery.int.test.ts` fails
 * when a verdict is missing, is wrong, or no longer holds, and prints them in docs/reference/discovery.md.
 */
export type Verdict = 'same' | `differs: ${string}`;

const noEncryption =
  'differs: nothing is encrypted beyond TLS: no client of Pro Santé Connect is known to ask for it, and its RSA1_5 is broken';
const ours = 'differs: Pro Santé Connect does not say, we do';

export const verdicts: Readonly<Record<string, Verdict>> = {
  issuer: 'same',
  authorization_endpoint: 'same',
  token_endpoint: 'same',
  introspection_endpoint: 'same',
  userinfo_endpoint: 'same',
  end_session_endpoint: 'same',
  jwks_uri: 'same',
  revocation_endpoint: 'same',
  pushed_authorization_request_endpoint: 'same',
  check_session_iframe:
    'differs: it reads a cookie in a frame of another site, which browsers no longer allow; `prompt=none` asks the same',
  registration_endpoint: 'same',
  device_authorization_endpoint: 'same',
  backchannel_authentication_endpoint: 'same',
  backchannel_token_delivery_modes_supported: 'same',
  backchannel_authentication_request_signing_alg_values_supported:
    'differs: RS256, PS256 and ES256, as for every signed request',
  mtls_endpoint_aliases: 'same',
  tls_client_certificate_bound_access_tokens: 'same',
  frontchannel_logout_session_supported: 'same',
  frontchannel_logout_supported: 'same',
  backchannel_logout_supported: 'same',
  backchannel_logout_session_supported: 'same',
  grant_types_supported:
    'differs: `implicit` and `password` are left out, as RFC 9700 requires (§2.1.2, §2.4); no client of Pro Santé Connect may use them',
  acr_values_supported:
    'differs: Pro Santé Connect lists "0" twice, which is no level of its own; what it gives is `eidas1`',
  response_types_supported:
    'differs: `code`, and `none`, which gives nothing; the others put tokens into addresses (RFC 9700 §2.1.2), and no client of Pro Santé Connect uses them',
  response_modes_supported: 'same',
  subject_types_supported:
    'differs: `sub` is built from the national identifier, the same for every application: pairwise would hide nothing',
  id_token_signing_alg_values_supported:
    'differs: RS256, which Pro Santé Connect signs with, and ES256; an application chooses between the two',
  userinfo_signing_alg_values_supported:
    'differs: JSON, or a JWT signed with RS256 or ES256 for an application that declared so; `none` proves nothing',
  request_object_signing_alg_values_supported:
    'differs: RS256, PS256 and ES256, by a key that the application alone has; `none` signs nothing, and what HS* signs we could have written',
  id_token_encryption_alg_values_supported: noEncryption,
  id_token_encryption_enc_values_supported: noEncryption,
  userinfo_encryption_alg_values_supported: noEncryption,
  userinfo_encryption_enc_values_supported: noEncryption,
  request_object_encryption_alg_values_supported: noEncryption,
  request_object_encryption_enc_values_supported: noEncryption,
  authorization_encryption_alg_values_supported: noEncryption,
  authorization_encryption_enc_values_supported: noEncryption,
  authorization_signing_alg_values_supported: ours,
  token_endpoint_auth_methods_supported:
    'differs: `self_signed_tls_client_auth` (RFC 8705 §2.2) besides; `none` is for public applications, which Pro Santé Connect does not list',
  token_endpoint_auth_signing_alg_values_supported: ours,
  introspection_endpoint_auth_methods_supported:
    'differs: `self_signed_tls_client_auth` (RFC 8705 §2.2) besides',
  introspection_endpoint_auth_signing_alg_values_supported: ours,
  revocation_endpoint_auth_methods_supported:
    'differs: `self_signed_tls_client_auth` (RFC 8705 §2.2) besides; `none` is for public applications, which Pro Santé Connect does not list',
  revocation_endpoint_auth_signing_alg_values_supported: ours,
  claims_supported:
    'differs: the claims that Pro Santé Connect really gives are listed; `name` and `email`, which it lists, it never gives',
  claim_types_supported: 'same',
  claims_parameter_supported: 'same',
  request_parameter_supported: 'same',
  request_uri_parameter_supported:
    'differs: a pushed request has a `request_uri`; a request that we would have to fetch is refused (RFC 9101 §10.4)',
  require_request_uri_registration: 'same',
  scopes_supported:
    'differs: without `offline_access`: a refresh token ends with the session of the professional, as Pro Santé Connect documents',
  code_challenge_methods_supported:
    'differs: `plain` is refused: it shows the verifier to whoever reads the address (RFC 9700 §2.1.1)',
  require_pushed_authorization_requests: 'same',
  authorization_response_iss_parameter_supported: 'same',
};
