import { listenTo, type Postgres } from '@psc/datastores';
import type { Life, Logger } from '@psc/runtime';
import { createFollower, type Follow } from '#src/adapters/follower.postgres.ts';
import { createTurns } from './turns.ts';

/** For a notification that was lost, and for what failed. */
const EVERY_MS = 60_000;

/**
 * Keeps what searches read up to date with the register, such as the list of people: at start, when an import notifies
 * `register`, and from time to time. Every replica does so, one at a time. `life` stops it.
 */
export function startListing(needs: {
  readonly postgres: Postgres;
  readonly life: Life;
  readonly logger: Logger;
  /** In this order. */
  readonly follows: readonly Follow[];
}): void {
  const { postgres, life, logger } = needs;
  const followers = needs.follows.map((follow) => createFollower(postgres, follow));
  const turns = createTurns(async () => {
    // It goes on from where it was: the next turn, or another replica.
    for (const follower of followers)
      await follower.catchUp().catch((err: unknown) => {
        if (!stopping) logger.error({ err }, 'a list of the register could not be brought up to date');
      });
  });
  let stopping = false;
  const timer = setInterval(turns.next, EVERY_MS);
  const stopListening = listenTo(postgres, 'register', turns.next);
  life.onStop('listing', async () => {
    stopping = true;
    for (const follower of followers) follower.stop();
    stopListening();
    clearInterval(timer);
    await turns.last();
  });
}
