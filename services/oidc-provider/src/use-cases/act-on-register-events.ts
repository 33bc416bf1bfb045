import type { RegisterEvent } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { Subjects } from '#src/domain/subject.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { RegisterEvents, Run } from '#src/ports/register-events.ts';
import type { RegisterNews } from '#src/ports/register-news.ts';
import type { Sessions } from '#src/ports/sessions.ts';
import type { EndSession } from './end-session.ts';

export type ActOnRegisterEvents = (run: Run) => Promise<void>;

/** Acted on at the same time, at most. */
const AT_ONCE = 10;
/** Of a run. When more are unanswered, something does not answer at all. */
const MOST_UNANSWERED = 3;

/**
 * Ends the sessions of whoever was struck off, and those of a former identifier: applications know its person by another
 * `sub` from the next login on. Those of whom such an identifier was wrongly taken for, too. Their codes and tokens end with them: each of their uses reads the session.
 *
 * An event says that something happened, maybe days ago; what is true now the register says. So acting twice, late, or in
 * another order ends nobody's session who may be logged in. Nothing of a person's safety hangs on it either: each login
 * and each use of a token asks the register again. It is the quick way.
 */
export function createActOnRegisterEvents(needs: {
  readonly events: RegisterEvents;
  readonly news: Pick<RegisterNews, 'announce'>;
  /** The register itself, not what is remembered of it. */
  readonly directory: Directory;
  readonly sessions: Pick<Sessions, 'of'>;
  readonly endSession: EndSession;
  readonly subjects: Subjects;
  /** Hears of each event that was acted on, and how many sessions it ended. */
  readonly onActed: (event: RegisterEvent, ended: number) => void;
}): ActOnRegisterEvents {
  const { directory, sessions, subjects } = needs;

  return async (run) => {
    const events = await needs.events.read(run);
    if (events.length === 0) return;
    // First: a login that begins on another replica while we end sessions must not believe what was true before.
    await needs.news.announce();
    const failures: unknown[] = [];
    for (let from = 0; from < events.length; from += AT_ONCE) {
      const some = await Promise.allSettled(events.slice(from, from + AT_ONCE).map(act));
      failures.push(...some.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])));
      // An event that breaks us, or whoever we ask of it, keeps none of the others waiting; an outage keeps all.
      if (failures.filter((each) => each instanceof Unavailable).length > MOST_UNANSWERED) break;
    }
    if (failures.length > 0) throw failures[0];
  };

  async function act(event: RegisterEvent): Promise<void> {
    let ended = 0;
    for (const identifier of await identifiersThatEnd(event)) ended += await endSessionsOf(identifier);
    needs.onActed(event, ended);
  }

  /** Whose sessions must not go on. */
  async function identifiersThatEnd({ type, nationalId, previousId }: RegisterEvent): Promise<string[]> {
    switch (type) {
      case 'struck_off': {
        const professional = await directory.find(nationalId);
        if (professional?.status === 'active') return [];
        const others = professional?.otherIds.map(({ identifiant }) => identifiant) ?? [];
        return [...new Set([nationalId, ...others])];
      }
      case 'merged': {
        const professional = await directory.find(previousId);
        return professional?.nationalId === previousId ? [] : [previousId];
      }
      // Under the other identifier, either person may have logged in meanwhile.
      case 'separated': {
        const professional = await directory.find(nationalId);
        return professional?.nationalId === nationalId ? [previousId] : [];
      }
      case 'reappeared':
      case 'contact_changed':
        return [];
    }
  }

  async function endSessionsOf(identifier: string): Promise<number> {
    const open = await sessions.of(subjects.subjectOf(identifier));
    let ended = 0;
    for (const { sid } of open) if (await needs.endSession(sid)) ended++;
    return ended;
  }
}
