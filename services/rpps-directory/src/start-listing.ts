import { listenTo, type Postgres } from '@psc/datastores';
import type { Life, Logger } from '@psc/runtime';
import { createFollower } from '#src/adapters/follower.postgres.ts';
import { listPeople } from '#src/adapters/listed-people.postgres.ts';
import { createTurns } from './turns.ts';

/** For a notification that was lost, and for what failed. */
const EVERY_MS = 60_000;

/**
 * Keeps the list of people that searches read up to date with the register: at start, when an import notifies `register`, and
 * from time to time. Every replica does so, one at a time. `life` stops it.
 */
export function startListing(needs: {
  readonly postgres: Postgres;
  readonly life: Life;
  readonly logger: Logger;
}): void {
  const { postgres, life, logger } = needs;
  const follower = createFollower(postgres, listPeople);
  const turns = createTurns(() =>
    // It goes on from where it was: the next turn, or another replica.
    follower.catchUp().catch((err: unknown) => {
      if (!stopping) logger.error({ err }, 'people could not be listed');
    }),
  );
  let stopping = false;
  const timer = setInterval(turns.next, EVERY_MS);
  const stopListening = listenTo(postgres, 'register', turns.next);
  life.onStop('listing', async () => {
    stopping = true;
    follower.stop();
    stopListening();
    clearInterval(timer);
    await turns.last();
  });
}
