import { z } from 'zod';

const printable = /^[\x21-\x7e]+$/;
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/;

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

/**
 * What an application is at us: where it stands in its life, and what is ours to decide.
 *
 *   requested ──▶ approved ◀──▶ suspended
 *
 * Only an approved one works. A suspended one stops within seconds on every replica, its tokens with it.
 */
export const applicationSettingsSchema = z.strictObject({
  status: z.enum(['requested', 'approved', 'suspended']).default('approved'),
  /** `intermediary`: a software that logs professionals in on behalf of others, as a proxy of CIBA does. */
  kind: z.enum(['application', 'intermediary']).default('application'),
  /** An application of test is refused by a provider that is not told to accept them (`TEST_APPLICATIONS`). */
  environment: z.enum(['test', 'production']).default('production'),
  /** The `acr` it receives, and shows to the professional's phone as asked for. */
  acr: z.enum(['eidas1', 'eidas2', 'eidas3']).default('eidas1'),
  /** The year whose shape of UserInfo it expects. */
  claims: z.enum(['2021', '2023', '2024']).default('2024'),
  /** Whether a `login_hint` alone makes the phone ring: off, since a link must not. */
  challenge_from_login_hint: z.boolean().default(false),
  /** By which means it may ask by CIBA; none: it may not (PSC activates CIBA by service). */
  ciba_channels: z
    .array(z.enum(['MOBILE', 'CARD']))
    .max(2)
    .default([]),
  /** Any port and any path on http://localhost and http://127.0.0.1: for development only. */
  loopback_redirects: z.boolean().default(false),
  /** Pages of these origins may read our answers (CORS): for development only. PSC allows none. */
  development_origins: z.array(developmentOrigin).max(10).default([]),
});

/**
 * An application that logs professionals in, as a file, the sandbox or an operator declares it: OpenID Connect
 * registration metadata by its own names, and what is ours under `psc`.
 */
export const applicationDeclarationSchema = z
  .strictObject({
    client_id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/),
    client_name: z.string().trim().min(1).max(120),
    /** Where the professional goes back to when nothing else can be done. */
    client_uri: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional(),
    /** Left out: kept as it is, or invented and printed once for a new application. */
    client_secret: z.string().min(12).max(256).regex(printable).optional(),
    redirect_uris: z.array(callback).max(50).default([]),
    post_logout_redirect_uris: z.array(callback).max(50).default([]),
    grant_types: z.array(z.enum(grantTypes)).max(5).default(['authorization_code', 'refresh_token']),
    token_endpoint_auth_method: clientAuthenticationSchema.default('client_secret_basic'),
    /** Its public keys, for what it signs or for its own certificate: here, or where we fetch them. */
    jwks: publicKeySet.optional(),
    jwks_uri: called.optional(),
    /** The subject of its certificate, as RFC 4514 writes it: `CN=…,OU=…,O=…,C=FR`. */
    tls_client_auth_subject_dn: z.string().min(3).max(512).optional(),
    /** Its tokens only work with the certificate they were given to (RFC 8705 §3). */
    tls_client_certificate_bound_access_tokens: z.boolean().default(false),
    /** Signs its ID tokens and access tokens. */
    id_token_signed_response_alg: signingAlg.default('RS256'),
    /** UserInfo as a JWT signed so; left out: JSON. */
    userinfo_signed_response_alg: signingAlg.optional(),
    /** Its authorization requests must be signed so (RFC 9101). */
    request_object_signing_alg: requestSigningAlg.optional(),
    backchannel_token_delivery_mode: z.enum(['poll', 'ping']).default('poll'),
    backchannel_client_notification_endpoint: called.optional(),
    /** Its CIBA requests must be signed so. */
    backchannel_authentication_request_signing_alg: requestSigningAlg.optional(),
    backchannel_logout_uri: called.optional(),
    frontchannel_logout_uri: callback.optional(),
    psc: applicationSettingsSchema.prefault({}),
  })
  .superRefine((declared, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { psc, token_endpoint_auth_method: method, grant_types: grants } = declared;
    const hasSecret = method.startsWith('client_secret_');

    if (method === 'none' && declared.client_secret !== undefined)
      wrong('client_secret', 'a public application (none) has no secret');
    if (!hasSecret && method !== 'none' && declared.client_secret !== undefined)
      wrong('client_secret', `an application that authenticates by ${method} has no secret`);
    if (declared.jwks !== undefined && declared.jwks_uri !== undefined)
      wrong('jwks_uri', 'jwks and jwks_uri exclude each other');
    const signs =
      declared.request_object_signing_alg ?? declared.backchannel_authentication_request_signing_alg;
    const needsKeys = method === 'private_key_jwt' || method === 'self_signed_tls_client_auth' || signs;
    if (needsKeys && declared.jwks === undefined && declared.jwks_uri === undefined)
      wrong('jwks', 'its public keys are needed: jwks or jwks_uri');
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

/** What `clients apply -f <file>` of oidc-provider reads, from YAML or JSON. */
export const applicationsFileSchema = z.strictObject({
  applications: z.array(applicationDeclarationSchema).max(1000),
});
