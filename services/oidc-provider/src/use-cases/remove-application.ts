import { accepted, type Outcome, refused } from '@psc/kernel';
import type { Applications, Signature } from '#src/ports/applications.ts';

/** Forgets a request that is not to be approved. What once worked is suspended instead: its history goes on. */
export function createRemoveApplication(needs: {
  readonly applications: Applications;
}): (clientId: string, signature: Signature) => Promise<Outcome<undefined, 'unknown' | 'not_requested'>> {
  return (clientId, signature) =>
    needs.applications.change(async (changing) => {
      if (!(await changing.find(clientId))) return refused('unknown');
      return (await changing.remove(clientId, signature)) ? accepted(undefined) : refused('not_requested');
    });
}
