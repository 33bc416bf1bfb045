import { grantTypes } from '@psc/contracts';
import type { RequestSigningAlg } from '#src/domain/application.ts';
import { signingAlgs } from '#src/domain/signing-key.ts';

/** Signed by applications: their authorization requests (RFC 9101). */
const requestSigningAlgs = ['RS256', 'PS256', 'ES256'] as const satisfies readonly RequestSigningAlg[];

/**
 * What this provider can do, said once: the library is configured with it, and discovery tells it. What Pro Santé Connect
 * advertises besides, and why it is not here: docs/reference/discovery.md.
 */
export const capabilities = {
  grantTypes: Object.values(grantTypes),
  /** `none` only asks that somebody be logged in: our own page of sessions does. */
  responseTypes: ['code', 'none'],
  responseModes: ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'jwt'],
  subjectTypes: ['public'],
  acrValues: ['eidas1'],
  codeChallengeMethods: ['S256'],
  clientAuthMethods: [
    'private_key_jwt',
    'client_secret_basic',
    'client_secret_post',
    'tls_client_auth',
    'client_secret_jwt',
    'self_signed_tls_client_auth',
    'none',
  ],
  /** Signed by applications: the assertions by which they prove who they are (RFC 7523). */
  assertionSigningAlgs: ['RS256', 'PS256', 'ES256', 'HS256'],
  /** Signed by us: ID tokens, UserInfo when asked, authorization responses (JARM). */
  signingAlgs,
  requestSigningAlgs,
} as const;
