import { z } from 'zod';

const printable = /^[\x21-\x7e]+$/;
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/;

/** Exactly what may come back in `redirect_uri`. https, or http on this machine (RFC 8252 §7.3). */
const callback = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((url) => printable.test(url) && !url.includes('#'), 'must have no fragment and no space')
  .refine((url) => url.startsWith('https://') || LOOPBACK.test(url), 'must be https, or http on localhost');

export const applicationSettingsSchema = z.strictObject({
  /** The `acr` it receives, and shows to the professional's phone as asked for. */
  acr: z.enum(['eidas1', 'eidas2', 'eidas3']).default('eidas1'),
  /** The year whose shape of UserInfo it expects. */
  claims: z.enum(['2024']).default('2024'),
  /** Whether a `login_hint` alone makes the phone ring: off, since a link must not. */
  challenge_from_login_hint: z.boolean().default(false),
  /** Any port and any path on http://localhost and http://127.0.0.1: for development only. */
  loopback_redirects: z.boolean().default(false),
  /** `disabled`: kept, and nobody logs in. */
  status: z.enum(['active', 'disabled']).default('active'),
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
    redirect_uris: z.array(callback).min(1).max(50),
    post_logout_redirect_uris: z.array(callback).max(50).default([]),
    token_endpoint_auth_method: z
      .enum(['client_secret_basic', 'client_secret_post', 'none'])
      .default('client_secret_basic'),
    id_token_signed_response_alg: z.enum(['RS256', 'ES256']).default('RS256'),
    psc: applicationSettingsSchema.prefault({}),
  })
  .refine(
    (declared) => declared.token_endpoint_auth_method !== 'none' || declared.client_secret === undefined,
    { path: ['client_secret'], message: 'a public application (none) has no secret' },
  );
export type ApplicationDeclaration = z.output<typeof applicationDeclarationSchema>;

/** What `clients.ts apply <file.json>` of oidc-provider reads. */
export const applicationsFileSchema = z.strictObject({
  applications: z.array(applicationDeclarationSchema).max(1000),
});
