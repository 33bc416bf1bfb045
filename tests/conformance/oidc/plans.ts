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

/** In the words of the suite; the last one is ours. */
export type Verdict = 'passed' | { readonly [result in 'warning' | 'skipped' | 'not applicable']?: string };

const noContact = { warning: 'the scope is granted, but PSC gives no such claim of a person' };
const neverUnsigned = {
  skipped: 'the suite skips it where `none` is not advertised; the test proves the refusal',
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
];
