/**
 * The plans of the OpenID Foundation's conformance suite that fit us, and their modules, as its sources had them in August
 * 2026 (openid-certification/conformance-suite, commit 12f2a4d), with what becomes of each. Each module has a test of its
 * name in this folder, unless it does not apply; docs/reference/conformance.md is printed from here.
 */
export interface Plan {
  readonly names: readonly string[];
  readonly about: string;
  readonly modules: readonly (readonly [module: string, verdict: Verdict])[];
}

/** In the words of the suite; the last two are ours: it would fail, as it would at Pro Santé Connect; it is for others. */
export type Verdict =
  | 'passed'
  | { readonly [result in 'warning' | 'skipped' | 'differs' | 'not applicable']?: string };

const noContact = { warning: 'the scope is granted, but PSC gives no such claim of a person' };
const neverUnsigned = {
  skipped: 'the suite skips it where `none` is not advertised; the test proves the refusal',
};

const assertionsByRs256 = {
  differs: 'FAPI alone forbids it: applications of Pro Santé Connect sign their assertions by RS256',
};

export const plans: readonly Plan[] = [
  {
    names: ['oidcc-basic-certification-test-plan', 'oidcc-formpost-basic-certification-test-plan'],
    about: 'The code flow. Each test runs twice: the answer in the query, and by `form_post`.',
    modules: [
      ['oidcc-server', 'passed'],
      ['oidcc-response-type-missing', 'passed'],
      ['oidcc-idtoken-signature', 'passed'],
      ['oidcc-idtoken-unsigned', neverUnsigned],
      ['oidcc-userinfo-get', 'passed'],
      ['oidcc-userinfo-post-header', 'passed'],
      ['oidcc-userinfo-post-body', 'passed'],
      ['oidcc-ensure-request-without-nonce-succeeds-for-code-flow', 'passed'],
      [
        'oidcc-scope-profile',
        { warning: 'names and `preferred_username`; PSC gives nothing else of a profile' },
      ],
      ['oidcc-scope-email', noContact],
      ['oidcc-scope-address', noContact],
      ['oidcc-scope-phone', noContact],
      ['oidcc-scope-all', noContact],
      ['oidcc-alternate-happy-flow', { warning: 'as `oidcc-scope-email`' }],
      ['oidcc-display-page', 'passed'],
      ['oidcc-display-popup', 'passed'],
      ['oidcc-prompt-login', 'passed'],
      ['oidcc-prompt-none-not-logged-in', 'passed'],
      ['oidcc-prompt-none-logged-in', 'passed'],
      ['oidcc-max-age-1', 'passed'],
      ['oidcc-max-age-10000', 'passed'],
      ['oidcc-ensure-request-with-unknown-parameter-succeeds', 'passed'],
      ['oidcc-id-token-hint', 'passed'],
      ['oidcc-login-hint', 'passed'],
      ['oidcc-ui-locales', 'passed'],
      ['oidcc-claims-locales', 'passed'],
      ['oidcc-ensure-request-with-acr-values-succeeds', 'passed'],
      ['oidcc-codereuse', 'passed'],
      ['oidcc-codereuse-30seconds', 'passed'],
      ['oidcc-ensure-registered-redirect-uri', 'passed'],
      ['oidcc-ensure-post-request-succeeds', 'passed'],
      ['oidcc-server-client-secret-post', 'passed'],
      ['oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', neverUnsigned],
      ['oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', neverUnsigned],
      ['oidcc-claims-essential', { warning: 'the parameter is understood; PSC has no claim `name`' }],
      ['oidcc-ensure-request-object-with-redirect-uri', neverUnsigned],
      ['oidcc-refresh-token', 'passed'],
      ['oidcc-ensure-request-with-valid-pkce-succeeds', 'passed'],
    ],
  },
  {
    names: ['oidcc-config-certification-test-plan'],
    about: 'The discovery document and the key set.',
    modules: [['oidcc-discovery-endpoint-verification', 'passed']],
  },
  {
    names: ['oidcc-rp-initiated-logout-certification-test-plan'],
    about: 'A logout that an application begins.',
    modules: [
      ['oidcc-rp-initiated-logout-discovery-endpoint-verification', 'passed'],
      ['oidcc-rp-initiated-logout', 'passed'],
      ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', 'passed'],
      ['oidcc-rp-initiated-logout-modified-id-token-hint', 'passed'],
      ['oidcc-rp-initiated-logout-no-id-token-hint', 'passed'],
      ['oidcc-rp-initiated-logout-no-params', 'passed'],
      ['oidcc-rp-initiated-logout-no-post-logout-redirect-uri', 'passed'],
      ['oidcc-rp-initiated-logout-no-state', 'passed'],
      ['oidcc-rp-initiated-logout-only-state', 'passed'],
      ['oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', 'passed'],
      ['oidcc-rp-initiated-logout-bad-id-token-hint', 'passed'],
    ],
  },
  {
    names: ['oidcc-backchannel-rp-initiated-logout-certification-test-plan'],
    about: 'The other applications of the session are called.',
    modules: [
      ['oidcc-backchannel-logout-discovery-endpoint-verification', 'passed'],
      ['oidcc-backchannel-rp-initiated-logout', 'passed'],
    ],
  },
  {
    names: ['fapi-ciba-id1-test-plan'],
    about:
      'CIBA as banks want it (FAPI-CIBA), plain profile, `private_key_jwt`, by poll and by ping, and the modules of `mtls`. The modules of Brazil and of ConnectID, which the suite leaves out of that profile, are not listed. The suite sends `1234` for a binding message where Pro Santé Connect has two digits: the tests send two.',
    modules: [
      ['fapi-ciba-id1-discovery-end-point-verification', 'passed'],
      ['fapi-ciba-id1', 'passed'],
      ['fapi-ciba-id1-user-rejects-authentication', 'passed'],
      ['fapi-ciba-id1-multiple-call-to-token-endpoint', 'passed'],
      ['fapi-ciba-id1-auth-req-id-expired', 'passed'],
      [
        'fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds',
        { differs: 'two digits are taken; four, which the suite sends, are refused' },
      ],
      ['fapi-ciba-id1-ensure-other-scope-order-succeeds', 'passed'],
      ['fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds', 'passed'],
      ['fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-missing-aud-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-bad-aud-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-missing-iss-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-bad-iss-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-missing-exp-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-expired-exp-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-exp-is-70-minutes-in-future-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-missing-iat-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-missing-nbf-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-nbf-is-10-minutes-in-future-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-nbf-is-70-minutes-in-past-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-missing-jti-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-signature-algorithm-is-none-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-signature-algorithm-is-bad-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-signature-algorithm-is-RS256-fails', 'passed'],
      ['fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails', 'passed'],
      ['fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails', 'passed'],
      ['fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request', 'passed'],
      ['fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request', 'passed'],
      ['fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request', 'passed'],
      ['fapi-ciba-id1-ensure-different-client-id-and-issuer-in-backchannel-authorization-request', 'passed'],
      ['fapi-ciba-id1-ensure-wrong-client-id-in-token-endpoint-request', 'passed'],
      ['fapi-ciba-id1-ensure-wrong-client-id-in-backchannel-authorization-request', 'passed'],
      [
        'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails',
        assertionsByRs256,
      ],
      [
        'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails',
        assertionsByRs256,
      ],
      ['fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds', 'passed'],
      ['fapi-ciba-id1-ping-backchannel-notification-endpoint-response-has-body', 'passed'],
      ['fapi-ciba-id1-ping-backchannel-notification-endpoint-response-401', 'passed'],
      ['fapi-ciba-id1-ping-backchannel-notification-endpoint-response-403', 'passed'],
      [
        'fapi-ciba-id1-ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry',
        'passed',
      ],
      ['fapi-ciba-id1-ping-backchannel-notification-endpoint-return-redirect-request', 'passed'],
      ['fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails', 'passed'],
      ['fapi-ciba-id1-refresh-token', 'passed'],
      ['fapi-ciba-id1-ensure-mtls-holder-of-key-required', 'passed'],
    ],
  },
];
