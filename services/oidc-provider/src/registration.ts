import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import { networkOf, type Quotas } from '@psc/quotas';
import { endpoints, mountPathOf } from '#src/engine/endpoints.ts';
import { registrationRoutes } from '#src/http/registration.routes.ts';
import type { Applications } from '#src/ports/applications.ts';
import { createRegistration } from '#src/use-cases/register-application.ts';
import type { Config } from './config.ts';

/** 256 bits, which no dictionary holds: a secret, or a token of which only the digest is kept. */
export const inventSecret = () => randomBytes(32).toString('base64url');
export const digestOfToken = (token: string) => hash('sha256', token, 'base64url');

const MINUTE_MS = 60_000;

export type RegistrationSettings = Pick<
  Config,
  'ISSUER' | 'TEST_APPLICATIONS' | 'REGISTRATIONS_PER_ADDRESS_PER_MINUTE'
>;

/** Dynamic registration: parts → use cases → routes. */
export function composeRegistration(
  parts: {
    readonly applications: Applications;
    readonly quotas: Pick<Quotas, 'reserve'>;
    /** Keyed digest of an address. */
    readonly pseudonym: (value: string) => string;
    readonly clock: Clock;
  },
  settings: RegistrationSettings,
) {
  const { ISSUER: issuer, TEST_APPLICATIONS: testApplications } = settings;
  return registrationRoutes({
    registration: createRegistration({ ...parts, inventSecret, digest: digestOfToken }),
    path: mountPathOf(issuer) + endpoints.registration,
    address: issuer + endpoints.registration,
    environment: testApplications === 'accept' ? 'test' : 'production',
    inventClientId: randomUUID,
    countCall: (ip) =>
      parts.quotas.reserve(
        `registration:${parts.pseudonym(networkOf(ip))}`,
        settings.REGISTRATIONS_PER_ADDRESS_PER_MINUTE,
        MINUTE_MS,
      ),
  });
}
