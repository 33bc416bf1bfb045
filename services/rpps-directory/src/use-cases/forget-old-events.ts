import type { Clock } from '@psc/kernel';
import type { RegisterEvents } from '#src/ports/register-events.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Longer than what failed for good can still be tried again: a week, by the options of its jobs. */
const CONTACT_KEPT_DAYS = 8;
const EVENT_KEPT_DAYS = 90;

/** Forgets what nobody acts on any more. Answers how many events went. */
export function createForgetOldEvents(needs: {
  readonly events: Pick<RegisterEvents, 'forgetOld'>;
  readonly clock: Clock;
}): () => Promise<number> {
  return () => {
    const before = (days: number) => new Date(needs.clock() - days * DAY_MS);
    return needs.events.forgetOld({
      contactsBefore: before(CONTACT_KEPT_DAYS),
      eventsBefore: before(EVENT_KEPT_DAYS),
    });
  };
}
