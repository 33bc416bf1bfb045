import type { Ports } from './ports.ts';

/** Where people and programs reach what runs here. */
export interface Addresses {
  readonly issuer: string;
  /** The issuer's host once more, over TLS, for applications with a certificate. */
  readonly mtls: string;
  /** auth-broker, as browsers and phones reach it. */
  readonly wallet: string;
  readonly control: string;
  readonly demo: string;
  readonly directory: string;
  /** The FHIR face of the directory. */
  readonly fhir: string;
  readonly worker: string;
}

const issuerPath = '/auth/realms/esante-wallet';

/** With those that somebody gave. `localhost` is a secure context in browsers: cookies and the app work without certificates. */
export function addressesFrom(ports: Ports, given: Partial<Addresses> = {}): Addresses {
  const at = (use: keyof Ports) => `http://localhost:${ports[use]}`;
  const issuer = given.issuer ?? `${at('oidc-provider')}${issuerPath}`;
  return {
    issuer,
    // The certificate of the listener is made for this name.
    mtls: `https://${new URL(issuer).hostname}:${ports.mtls}`,
    wallet: at('auth-broker'),
    control: at('control'),
    demo: at('demo'),
    directory: at('rpps-directory'),
    fhir: `${given.directory ?? at('rpps-directory')}/fhir/v2`,
    worker: at('notification-worker'),
    ...given,
  };
}
