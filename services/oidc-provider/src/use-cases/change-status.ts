import { accepted, type Outcome, refused } from '@psc/kernel';
import { type ApplicationStatus, isTransition } from '#src/domain/application.ts';
import type { Applications, Signature } from '#src/ports/applications.ts';

export type StatusRefusal = 'unknown' | 'already' | 'impossible';

/** Approves what was requested, suspends what is approved, reinstates what is suspended. Answers where it stood. */
export function createChangeStatus(needs: {
  readonly applications: Applications;
}): (
  clientId: string,
  to: ApplicationStatus,
  signature: Signature,
) => Promise<Outcome<ApplicationStatus, StatusRefusal>> {
  return (clientId, to, signature) =>
    needs.applications.change(async (changing) => {
      const known = await changing.find(clientId);
      if (!known) return refused('unknown');
      const { status: from } = known;
      if (from === to) return refused('already');
      if (!isTransition(from, to)) return refused('impossible');
      // Whoever comes first decides, the database says who: the loser finds it where it is now.
      return (await changing.changeStatus(clientId, { from, to }, signature))
        ? accepted(from)
        : refused('already');
    });
}
