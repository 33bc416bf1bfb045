import type { Ports } from './ports.ts';

/** Where people and programs reach what runs here. */
export interface Addresses {
  readonly issuer: string;
  /** auth-broker, as browsers and phones reach it. */
  readonly wallet: string;
  readonly control: string;
  readonly demo: string;
  readonly directory: string;
  readonly worker: string;
}

const issuerPath = '/auth/realms/esante-wallet';

/** `localhost` is a secure context in browsers: cookies and the app work without certificates. */
export function addressesFrom(ports: Ports): Addresses {
  const at = (use: keyof Ports) => `http://localhost:${ports[use]}`;
  return {
    issuer: `${at('oidc-provider')}${issuerPath}`,
    wallet: at('auth-broker'),
    control: at('control'),
    demo: at('demo'),
    directory: at('rpps-directory'),
    worker: at('notification-worker'),
  };
}
