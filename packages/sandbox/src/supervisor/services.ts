import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageServicesEnvironment } from '#src/message-services/start-message-services.ts';
import type { Pki } from '#src/pki/keep-pki.ts';
import type { Addresses } from './addresses.ts';
import type { Ports } from './ports.ts';
import { type Secrets, trustOf } from './secrets.ts';

export const serviceNames = [
  'oidc-provider',
  'auth-broker',
  'notification-worker',
  'rpps-directory',
] as const;
export type ServiceName = (typeof serviceNames)[number];

export const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The version of what is checked out. */
export function readVersion(): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** The database that each service owns. */
export const databases = {
  'oidc-provider': 'oidc_provider',
  'auth-broker': 'auth_broker',
  'notification-worker': 'notification_worker',
  'rpps-directory': 'rpps_directory',
} as const satisfies Record<ServiceName, string>;

export interface Wiring {
  readonly ports: Ports;
  readonly addresses: Addresses;
  readonly secrets: Secrets;
  readonly pki: Pki;
  readonly databaseUrl: (service: ServiceName) => string;
  readonly redisUrl: string;
  /** Where to listen: this machine only, unless said otherwise. */
  readonly host: string;
  /** The product's version. */
  readonly version: string;
}

/** Applications under development run here: their keys are fetched, their logout and notification endpoints called. */
const callsToThisMachine = {
  OUTGOING_ALLOWED_HOSTS: '*,http://localhost:*,http://127.0.0.1:*,http://[::1]:*',
  OUTGOING_PRIVATE_NETWORKS: '127.0.0.0/8,::1',
};

/** All applications, and all that they try, are at one address here. */
const manyCallers = {
  CLIENT_FAILURES: '1000',
  CLIENT_FAILURES_PER_ADDRESS: '10000',
  CLIENT_LOCKOUT_SECONDS: '10',
  CLIENT_CALLS_PER_MINUTE: '1000000',
  CLIENT_CALLS_PER_ADDRESS_PER_MINUTE: '1000000',
  LOGINS_PER_ADDRESS_PER_MINUTE: '100000',
};

/** What each service reads from its environment: see its `src/config.ts`. */
export function serviceEnvironment(service: ServiceName, wiring: Wiring): Record<string, string> {
  const { secrets, addresses } = wiring;
  const common = {
    HOST: wiring.host,
    PORT: String(wiring.ports[service]),
    SERVICE_KEY: JSON.stringify(secrets.serviceKeys[service]),
    SERVICE_TRUST: JSON.stringify(trustOf(secrets)),
    DATABASE_URL: wiring.databaseUrl(service),
  };
  const pending = { REDIS_URL: wiring.redisUrl, APPROVAL_SEAL_KEYS: secrets.approvalSealKeys };
  switch (service) {
    case 'auth-broker':
      return {
        ...common,
        ...pending,
        WALLET_URL: addresses.wallet,
        OIDC_AUTHORIZATION_URL: `${addresses.issuer}/protocol/openid-connect/auth`,
        PORTAL_URL: `${addresses.issuer}/account`,
        RPPS_DIRECTORY_URL: addresses.directory,
        DEVICE_SEAL_KEYS: secrets.deviceSealKeys,
        PIN_KEYS: secrets.pinKeys,
        // A test asks what a phone shows more often than a person does, and all phones are at one address.
        DEVICE_CALLS_PER_MINUTE: '6000',
        DEVICE_CALLS_PER_ADDRESS_PER_MINUTE: '100000',
      };
    case 'notification-worker':
      return {
        ...common,
        ...pending,
        AUTH_BROKER_URL: addresses.wallet,
        OIDC_PROVIDER_URL: addresses.issuer,
        ...callsToThisMachine,
        VAPID_SUBJECT: 'mailto:sandbox@example.test',
        VAPID_PUBLIC_KEY: secrets.vapid.publicKey,
        VAPID_PRIVATE_KEY: secrets.vapid.privateKey,
        // The sandbox's own push service, as it is reached from here.
        PUSH_ALLOWED_ORIGINS: `http://localhost:${wiring.ports.control}`,
        ...messageServicesEnvironment({
          ports: wiring.ports,
          secrets,
          authority: wiring.pki.authority.certificate,
        }),
      };
    case 'oidc-provider':
      return {
        ...common,
        ...pending,
        ISSUER: addresses.issuer,
        WALLET_URL: addresses.wallet,
        RPPS_DIRECTORY_URL: addresses.directory,
        AUTH_BROKER_URL: addresses.wallet,
        SEAL_KEYS: secrets.providerSealKeys,
        COOKIE_KEYS: secrets.providerCookieKeys,
        // An application registered by a test logs in at once.
        REGISTRY_REFRESH_SECONDS: '1',
        TEST_APPLICATIONS: 'accept',
        ...callsToThisMachine,
        MTLS_PORT: String(wiring.ports.mtls),
        MTLS_URL: addresses.mtls,
        MTLS_CERTIFICATE: wiring.pki.server.certificate,
        MTLS_KEY: wiring.pki.server.key,
        CLIENT_CERTIFICATE_CA: wiring.pki.authority.certificate,
        ...manyCallers,
        // What a test changes in the directory counts for the next login.
        PROFESSIONAL_FRESH_SECONDS: '0',
      };
    case 'rpps-directory':
      return {
        ...common,
        REDIS_URL: wiring.redisUrl,
        CONTACT_SEAL_KEYS: secrets.contactSealKeys,
        FHIR_URL: addresses.fhir,
        // Programs under test call more often than an application of the world.
        FHIR_CALLS_PER_SECOND: '1000',
      };
  }
}

/** The seeded application that anybody may use from this machine. */
export function demoEnvironment({ host, ports, addresses }: Wiring): Record<string, string> {
  return {
    HOST: host,
    PORT: String(ports.demo),
    BASE_URL: addresses.demo,
    ISSUER: addresses.issuer,
    CLIENT_ID: 'sandbox-web',
    CLIENT_SECRET: 'sandbox-secret',
  };
}
