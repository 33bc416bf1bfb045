import { cibaChallengedSchema } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { ServiceClient } from '@psc/runtime';
import type { Challenges } from '#src/ports/challenges.ts';

export function createHttpChallenges(authBroker: ServiceClient): Challenges {
  return {
    async challenge(body) {
      const challenged = await authBroker.post('/internal/challenges', body, cibaChallengedSchema);
      if (!challenged) throw new Unavailable('challenge_unavailable', 'auth-broker knows no challenges');
    },
  };
}
