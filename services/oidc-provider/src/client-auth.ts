import type { Clock } from '@psc/kernel';
import { networkOf, type Quotas } from '@psc/quotas';
import {
  Counter,
  createCertificateReader,
  type Logger,
  type Registry as Metrics,
  openTlsListener,
} from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { createX509ClientCertificates } from '#src/adapters/client-certificates.x509.ts';
import { createCertificateFront } from '#src/engine/client-auth/certificates.ts';
import { tolerateCredentials } from '#src/engine/client-auth/credentials.ts';
import { createKeysFetch } from '#src/engine/client-auth/keys-fetch.ts';
import { createLimitsFront } from '#src/engine/client-auth/limits.ts';
import { createCallerLimits } from '#src/use-cases/limit-callers.ts';
import type { Config } from './config.ts';

export interface ClientAuthParts {
  readonly quotas: Quotas;
  /** Calls addresses that applications chose. */
  readonly outgoing: typeof fetch;
  /** Keyed digest of what is counted and must not be read. */
  readonly pseudonym: (value: string) => string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export type ClientAuthSettings = Pick<
  Config,
  | 'TRUSTED_PROXIES'
  | 'CLIENT_CERTIFICATE_HEADER'
  | 'CLIENT_CERTIFICATE_CA'
  | 'MTLS_PORT'
  | 'MTLS_CERTIFICATE'
  | 'MTLS_KEY'
  | 'MTLS_URL'
  | 'CLIENT_FAILURES'
  | 'CLIENT_FAILURES_PER_ADDRESS'
  | 'CLIENT_LOCKOUT_SECONDS'
  | 'CLIENT_CALLS_PER_MINUTE'
  | 'CLIENT_CALLS_PER_ADDRESS_PER_MINUTE'
  | 'LOGINS_PER_ADDRESS_PER_MINUTE'
>;

/** How applications prove who they are: what the engine needs for it, and what stands in front of it. */
export function composeClientAuth(parts: ClientAuthParts, settings: ClientAuthSettings) {
  const { logger, metrics } = parts;
  const authentications = new Counter({
    name: 'client_authentications_total',
    help: 'Requests in which an application must prove who it is, by how it is declared to and what became of it',
    labelNames: ['method', 'outcome'],
    registers: [metrics],
  });
  const refusals = new Counter({
    name: 'calls_refused_total',
    help: 'Requests refused beyond a limit, by limit',
    labelNames: ['limit'],
    registers: [metrics],
  });
  const limits = createCallerLimits(
    { ...parts, networkOf },
    {
      failures: settings.CLIENT_FAILURES,
      failuresPerAddress: settings.CLIENT_FAILURES_PER_ADDRESS,
      lockoutMs: settings.CLIENT_LOCKOUT_SECONDS * 1000,
      callsPerMinute: settings.CLIENT_CALLS_PER_MINUTE,
      callsPerAddressPerMinute: settings.CLIENT_CALLS_PER_ADDRESS_PER_MINUTE,
      loginsPerAddressPerMinute: settings.LOGINS_PER_ADDRESS_PER_MINUTE,
    },
  );
  const readCertificate = createCertificateReader({
    header: settings.CLIENT_CERTIFICATE_HEADER,
    trustedProxies: settings.TRUSTED_PROXIES,
    onUnreadable: () => logger.warn('a proxy sent something else than a client certificate'),
  });
  return {
    limits,
    fetchKeys: createKeysFetch(parts),
    certificates: createX509ClientCertificates(settings.CLIENT_CERTIFICATE_CA ?? [], parts.clock),
    onAuthentication: (method: string, outcome: string) => authentications.inc({ method, outcome }),
    /** In this order: a certificate is known, then the limits, whatever the credentials, then these are read. */
    fronts: [
      createCertificateFront(readCertificate),
      createLimitsFront({ limits, onRefused: (limit) => refusals.inc({ limit }) }),
      tolerateCredentials,
    ],
  };
}

/** The listener of MTLS_PORT, when there is one. Answers how to stop it. */
export async function listenForCertificates(
  app: FastifyInstance,
  config: Pick<Config, 'HOST' | 'MTLS_PORT' | 'MTLS_CERTIFICATE' | 'MTLS_KEY'>,
): Promise<() => Promise<void>> {
  const { HOST: host, MTLS_PORT: port, MTLS_CERTIFICATE: certificates = [], MTLS_KEY: key = '' } = config;
  if (port === undefined) return async () => undefined;
  const certificate = certificates.map(String).join('\n');
  return openTlsListener(app, { host, port, certificate, key });
}
