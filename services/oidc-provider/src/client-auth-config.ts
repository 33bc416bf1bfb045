import { createPrivateKey, X509Certificate } from 'node:crypto';
import { integer } from '@psc/runtime';
import { z } from 'zod';

/** One certificate after the other, PEM. */
const certificates = z.string().transform((pem, context) => {
  try {
    const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (found.length > 0) return found.map((each) => new X509Certificate(each));
  } catch {
    // Said below.
  }
  context.addIssue({ code: 'custom', message: 'must be certificates in PEM' });
  return z.NEVER;
});

/** How applications prove who they are, and how often they may try. Spread it into the service's own schema. */
export const clientAuthConfig = {
  /**
   * The header in which the proxy that ends TLS puts the client's certificate: `Client-Cert` (RFC 9440), or the escaped PEM
   * of nginx (`ssl-client-cert`). Only believed of TRUSTED_PROXIES, who must replace it, never pass it on.
   */
  CLIENT_CERTIFICATE_HEADER: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be the name of a header')
    .optional(),
  /** The authorities whose certificates prove who an application is (tls_client_auth), PEM: each that issues, not only their root. */
  CLIENT_CERTIFICATE_CA: certificates.optional(),
  /** Listens over TLS as well, and asks for a certificate there: without a proxy that does. */
  MTLS_PORT: integer(1, 65_535).optional(),
  /** The certificate of that listener, with those of its authorities that clients need, PEM. */
  MTLS_CERTIFICATE: certificates.optional(),
  MTLS_KEY: z.string().includes('PRIVATE KEY', { message: 'must be a private key in PEM' }).optional(),
  /** Where applications reach that listener. Left out: where they reach everything, as at Pro Santé Connect. */
  MTLS_URL: z
    .url({ protocol: /^https$/ })
    .regex(/^https:\/\/[^/?#]+$/, 'must be an https origin: no path, no final /')
    .optional(),
  /** Failed authentications of one application from one address (IPv6: one /64)… */
  CLIENT_FAILURES: integer(1, 10_000).default(10),
  /** …and of all applications from one address… */
  CLIENT_FAILURES_PER_ADDRESS: integer(1, 100_000).default(100),
  /** …within this time, after which further ones are refused for as long. */
  CLIENT_LOCKOUT_SECONDS: integer(1, 86_400).default(300),
  /** Calls in which one application proved who it is: a loop that runs wild is stopped, a busy service is not. */
  CLIENT_CALLS_PER_MINUTE: integer(1, 10_000_000).default(60_000),
  CLIENT_CALLS_PER_ADDRESS_PER_MINUTE: integer(1, 10_000_000).default(60_000),
  /**
   * Logins begun by the browsers of one address: a hospital may have only one. Each is kept in Redis, up to 8 kB for as long as
   * its page waits: one address fills no more than this times that.
   */
  LOGINS_PER_ADDRESS_PER_MINUTE: integer(1, 1_000_000).default(1_200),
} as const;

type ClientAuthConfig = z.output<z.ZodObject<typeof clientAuthConfig>>;

/** What must fit together. */
export function checkClientAuthConfig(
  config: ClientAuthConfig & { readonly TRUSTED_PROXIES: readonly string[] },
  context: z.RefinementCtx,
): void {
  const wrong = (name: keyof ClientAuthConfig, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { MTLS_PORT: port, MTLS_CERTIFICATE: [own] = [], MTLS_KEY: key } = config;
  if (config.CLIENT_CERTIFICATE_HEADER !== undefined && config.TRUSTED_PROXIES.length === 0)
    wrong('CLIENT_CERTIFICATE_HEADER', 'needs TRUSTED_PROXIES: of nobody else is it believed');
  if (port !== undefined && !own) wrong('MTLS_CERTIFICATE', 'is missing: MTLS_PORT needs it');
  if (port !== undefined && key === undefined) wrong('MTLS_KEY', 'is missing: MTLS_PORT needs it');
  if (own && key !== undefined && !isKeyOf(own, key)) wrong('MTLS_KEY', 'is not the key of MTLS_CERTIFICATE');
}

function isKeyOf(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
