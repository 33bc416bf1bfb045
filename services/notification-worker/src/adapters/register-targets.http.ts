import { doneSchema, type RegisterEventJob } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { ServiceClient } from '@psc/runtime';
import type { RegisterTargets } from '#src/ports/register-targets.ts';

/** Names the events only: the service asks rpps-directory for the rest. */
export function createHttpRegisterTargets(
  services: Readonly<Record<RegisterEventJob['target'], Pick<ServiceClient, 'post'>>>,
): RegisterTargets {
  return {
    async tell({ target, first, last }) {
      const body = { first, last };
      const answer = await services[target].post('/internal/register-events', body, doneSchema);
      // A version of the service that does not act on events yet.
      if (!answer) throw new Unavailable('service_outdated', `${target} takes no events of the register`);
    },
  };
}
