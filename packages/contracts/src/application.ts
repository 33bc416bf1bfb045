import { hasLuhnKey, parseDistinguishedName } from '@psc/kernel';
import { z } from 'zod';

const printable = /^[\x21-\x7e]+$/;
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/;

/** Read by people, in pages and terminals: nothing that moves a cursor or turns the direction of the text. */
const words = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'must have no control character');

/** Exactly what may come back in `redirect_uri`. https, or http on this machine (RFC 8252 §7.3). */
const callback = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((url) => printable.test(url) && !url.includes('#'), 'must have no fragment and no space')
  .refine((url) => url.startsWith('https://') || LOOPBACK.test(url), 'must be https, or http on localhost');

/** An address of the application that we call. http is for this machine; who may be called, the outgoing guard decides. */
const called = callback.refine((url) => !/^[a-z]+:\/\/[^/]*@/.test(url), 'must have no user');

/** `http://localhost:5173`: an origin of a developer's own machine. */
const developmentOrigin = z
  .string()
  .regex(/^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/, 'must be an http origin of this machine');

/** How an application proves who it is (OpenID Connect Core §9, RFC 8705). */
export const clientAuthenticationSchema = z.enum([
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
]);

export const grantTypes = {
  code: 'authorization_code',
  refresh: 'refresh_token',
  clientCredentials: 'client_credentials',
  ciba: 'urn:openid:params:grant-type:ciba',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
} as const;

const signingAlg = z.enum(['RS256', 'ES256']);
/** What an application may sign with: its requests and its assertions. */
const requestSigningAlg = z.enum(['RS256', 'PS256', 'ES256']);

/** RFC 7517. Public keys only: a private one that was pasted by mistake is refused, not kept. */
const publicKeySet = z.object({
  keys: z
    .array(
      z
        .looseObject({ kty: z.enum(['RSA', 'EC']), kid: z.string().max(256).optional() })
        .refine((key) => !('d' in key), 'holds a private key'),
    )
    .min(1)
    .max(20),
});

/** Nine characters: the department, the number, and a Luhn key (whose letter of Corsica we do not compute). */
const finess = z
  .string()
  .regex(/^\d[\dAB]\d{7}$/, 'must be a FINESS number: 9 characters')
  .refine((value) => !/^\d+$/.test(value) || hasLuhnKey(value), 'has a wrong key');

const siret = z
  .string()
  .regex(/^\d{14}$/, 'must be a SIRET number: 14 digits')
  // La Poste numbers its sites by another rule.
  .refine((value) => value.startsWith('356000000') || hasLuhnKey(value), 'has a wrong key');

const organisation = z.strictObject({
  name: words(200).describe('Its name.'),
  finess: finess.optional().describe('Its FINESS number, with its key.'),
  siret: siret.optional().describe('Its SIRET number, with its key.'),
});

export const applicationStatusSchema = z.enum(['requested', 'approved', 'suspended']);

/**
 * What an application is at us: where it stands in its life, and what is ours to decide.
 *
 *   requested ──▶ approved ◀──▶ suspended
 *
 * Only an approved one works. A suspended one stops within seconds on every replica, its tokens with it.
 *
 * What is said of each setting here is what docs/reference/applications.md says.
 */
export const applicationSettingsSchema = z.strictObject({
  status: applicationStatusSchema
    .optional()
    .describe(
      'Where it stands: only an approved one works. Left out: as it is; a new one is approved. A file never reinstates what was suspended: `psc clients approve` does.',
    ),
  kind: z
    .enum(['application', 'intermediary'])
    .default('application')
    .describe(
      '`intermediary`: a software that logs professionals in on behalf of others, as a proxy of CIBA does.',
    ),
  environment: z
    .enum(['test', 'production'])
    .default('production')
    .describe(
      'An application of test does not exist for a provider that is not told to accept them (`TEST_APPLICATIONS`).',
    ),
  organisation: organisation.optional().describe('Who answers for it.'),
  acr: z
    .enum(['eidas1', 'eidas2', 'eidas3'])
    .default('eidas1')
    .describe("The `acr` it receives, and shows to the professional's phone as asked for."),
  claims: z
    .enum(['2021', '2023', '2024'])
    .default('2024')
    .describe('The year whose shape of UserInfo it expects.'),
  challenge_from_login_hint: z
    .boolean()
    .default(false)
    .describe(
      'Whether a `login_hint` alone makes the phone ring. A link must not: the hint only fills the field.',
    ),
  ciba_channels: z
    .array(z.enum(['MOBILE', 'CARD']))
    .max(2)
    .default([])
    .describe(
      'By which means it may ask by CIBA; none: it may not. Pro Santé Connect activates CIBA by service.',
    ),
  loopback_redirects: z
    .boolean()
    .default(false)
    .describe('Any port and any path on http://localhost and http://127.0.0.1. Applications of test only.'),
  development_origins: z
    .array(developmentOrigin)
    .max(10)
    .default([])
    .describe(
      'Pages of these origins may read our answers (CORS). Applications of test only: Pro Santé Connect allows none.',
    ),
});

/** RFC 7518 §3.2: as long as the hash that it keys. */
const SHORTEST_HMAC_SECRET = 32;

/**
 * An application that logs professionals in, as a file, the sandbox or an operator declares it: OpenID Connect
 * registration metadata by its own names, and what is ours under `psc`.
 */
export const applicationDeclarationSchema = z
  .strictObject({
    client_id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/)
      .refine((id) => id !== 'psc-portal', 'is the provider’s own page of sessions')
      .describe('Its identifier. It never changes.'),
    client_name: words(120).describe('What the professional reads on the login page and on the phone.'),
    client_uri: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional()
      .describe('Where the professional goes back to when nothing else can be done.'),
    contacts: z
      .array(z.email().max(254))
      .max(5)
      .default([])
      .describe('Whom an operator writes to, by e-mail. Sealed at rest, never logged.'),
    client_secret: z
      .string()
      .min(12)
      .max(256)
      .regex(printable)
      .optional()
      .describe('Left out: kept as it is, or invented and printed once for a new application.'),
    redirect_uris: z
      .array(callback)
      .max(50)
      .default([])
      .describe(
        'Where the professional may come back after a login, character for character: https, or http on this machine.',
      ),
    post_logout_redirect_uris: z
      .array(callback)
      .max(50)
      .default([])
      .describe('Where the professional may come back after a logout.'),
    grant_types: z
      .array(z.enum(grantTypes))
      .max(5)
      .default(['authorization_code', 'refresh_token'])
      .describe('What it may ask of the token endpoint.'),
    token_endpoint_auth_method: clientAuthenticationSchema
      .default('client_secret_basic')
      .describe(
        'How it proves who it is. A secret is accepted in the header and in the body alike, as Pro Santé Connect does. `none`: a public application, which must use PKCE.',
      ),
    jwks: publicKeySet
      .optional()
      .describe('Its public keys (RFC 7517), for what it signs or for its own certificate.'),
    jwks_uri: called.optional().describe('Where we fetch its public keys instead.'),
    tls_client_auth_subject_dn: z
      .string()
      .max(512)
      .refine(
        (text) => parseDistinguishedName(text) !== undefined,
        'must be a subject as RFC 4514 writes it: CN=…,OU=…,O=…,C=FR',
      )
      .optional()
      .describe(
        'The subject of its certificate, as RFC 4514 writes it, from its own name to the country: `CN=…,OU=…,O=…,C=FR`.',
      ),
    tls_client_certificate_bound_access_tokens: z
      .boolean()
      .default(false)
      .describe('Its tokens only work with the certificate they were given to (RFC 8705 §3).'),
    id_token_signed_response_alg: signingAlg
      .default('RS256')
      .describe('Signs its ID tokens and access tokens. Pro Santé Connect: RS256.'),
    userinfo_signed_response_alg: signingAlg
      .optional()
      .describe('UserInfo as a JWT signed so. Left out: JSON, as Pro Santé Connect answers.'),
    request_object_signing_alg: requestSigningAlg
      .optional()
      .describe('Its authorization requests must be signed so (RFC 9101).'),
    backchannel_token_delivery_mode: z
      .enum(['poll', 'ping'])
      .default('poll')
      .describe('How it learns that its CIBA request was answered. Pro Santé Connect knows poll only.'),
    backchannel_client_notification_endpoint: called.optional().describe('Where we ping it.'),
    backchannel_authentication_request_signing_alg: requestSigningAlg
      .optional()
      .describe('Its CIBA requests must be signed so.'),
    backchannel_logout_uri: called
      .optional()
      .describe('Where we tell it that a session is over (OpenID Connect Back-Channel Logout).'),
    frontchannel_logout_uri: callback
      .optional()
      .describe("What the professional's browser opens when a session is over (Front-Channel Logout)."),
    psc: applicationSettingsSchema.prefault({}).describe('What is ours to decide.'),
  })
  .superRefine((declared, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { psc, token_endpoint_auth_method: method, grant_types: grants } = declared;
    const hasSecret = method.startsWith('client_secret_');

    // JSON escapes them; a database keeps neither a NUL nor half a character.
    if (/\\u(0000|d[89a-f])/.test(JSON.stringify(declared)))
      wrong('client_id', 'a text holds a NUL or half a character');
    if (method === 'none' && declared.client_secret !== undefined)
      wrong('client_secret', 'a public application (none) has no secret');
    if (!hasSecret && method !== 'none' && declared.client_secret !== undefined)
      wrong('client_secret', `an application that authenticates by ${method} has no secret`);
    const { client_secret: secret = '' } = declared;
    if (method === 'client_secret_jwt' && secret !== '' && secret.length < SHORTEST_HMAC_SECRET)
      wrong(
        'client_secret',
        `an application that signs with it (client_secret_jwt) needs ${SHORTEST_HMAC_SECRET} characters or more`,
      );
    if (declared.jwks !== undefined && declared.jwks_uri !== undefined)
      wrong('jwks_uri', 'jwks and jwks_uri exclude each other');
    const signs =
      declared.request_object_signing_alg ?? declared.backchannel_authentication_request_signing_alg;
    const needsKeys = method === 'private_key_jwt' || method === 'self_signed_tls_client_auth' || signs;
    if (needsKeys && declared.jwks === undefined && declared.jwks_uri === undefined)
      wrong('jwks', 'its public keys are needed: jwks or jwks_uri');
    const holdsCertificate = declared.jwks?.keys.some(({ x5c }) => Array.isArray(x5c) && x5c.length > 0);
    if (method === 'self_signed_tls_client_auth' && declared.jwks !== undefined && !holdsCertificate)
      wrong('jwks', 'must hold its certificate (x5c), beside the key (RFC 8705 §2.2.2)');
    if (method === 'tls_client_auth' && declared.tls_client_auth_subject_dn === undefined)
      wrong('tls_client_auth_subject_dn', 'the subject of its certificate is needed');

    const redirects = grants.includes(grantTypes.code);
    if (redirects && declared.redirect_uris.length === 0 && !psc.loopback_redirects)
      wrong('redirect_uris', 'an application of the code flow needs at least one');
    const acts = grants.includes(grantTypes.ciba) || grants.includes(grantTypes.clientCredentials);
    if (method === 'none' && acts)
      wrong('grant_types', 'a public application (none) may only log in by a browser');
    if (grants.includes(grantTypes.ciba) !== psc.ciba_channels.length > 0)
      wrong('psc', 'the grant of CIBA and ciba_channels go together');
    const pings = declared.backchannel_token_delivery_mode === 'ping';
    if (pings !== (declared.backchannel_client_notification_endpoint !== undefined))
      wrong('backchannel_client_notification_endpoint', 'goes with the delivery mode ping');

    const develops = psc.loopback_redirects || psc.development_origins.length > 0;
    if (psc.environment === 'production' && develops)
      wrong('psc', 'loopback_redirects and development_origins are for applications of test');
  });
export type ApplicationDeclaration = z.output<typeof applicationDeclarationSchema>;

/** As many as one provider holds (docs/decisions/0004). */
export const MOST_APPLICATIONS = 20_000;

/** What `psc clients apply -f <file>` reads, from YAML or JSON, once the secrets it refers to are put in. */
export const applicationsFileSchema = z.strictObject({
  applications: z
    .array(applicationDeclarationSchema)
    .max(MOST_APPLICATIONS)
    .superRefine((applications, context) => {
      const seen = new Set<string>();
      for (const [index, { client_id: clientId }] of applications.entries()) {
        if (seen.has(clientId))
          context.addIssue({ code: 'custom', path: [index, 'client_id'], message: 'is declared twice' });
        seen.add(clientId);
      }
    }),
});
