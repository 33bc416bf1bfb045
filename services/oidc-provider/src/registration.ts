import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import { endpoints, mountPathOf } from '#src/engine/endpoints.ts';
import { registrationRoutes } from '#src/http/registration.routes.ts';
import type { Applications } from '#src/ports/applications.ts';
import { createRegistration } from '#src/use-cases/register-application.ts';

/** 256 bits, which no dictionary holds: a secret, or a token of which only the digest is kept. */
export const inventSecret = () => randomBytes(32).toString('base64url');
export const digestOfToken = (token: string) => hash('sha256', token, 'base64url');

/** Dynamic registration: parts → use cases → routes. */
export function composeRegistration(
  parts: { readonly applications: Applications; readonly clock: Clock },
  settings: { readonly ISSUER: string; readonly TEST_APPLICATIONS: 'accept' | 'refuse' },
) {
  const { ISSUER: issuer, TEST_APPLICATIONS: testApplications } = settings;
  return registrationRoutes({
    registration: createRegistration({ ...parts, inventSecret, digest: digestOfToken }),
    path: mountPathOf(issuer) + endpoints.registration,
    address: issuer + endpoints.registration,
    environment: testApplications === 'accept' ? 'test' : 'production',
    inventClientId: randomUUID,
  });
}
