import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { listenTo, type Postgres } from '@psc/datastores';
import type { Life, Logger } from '@psc/runtime';
import { readBehind } from '#src/adapters/follower.postgres.ts';
import type { ListingTask } from './listing-thread.ts';
import { type ListName, lists } from './lists.ts';
import { createTurns } from './turns.ts';

/** For a notification that was lost, and for what failed. */
const EVERY_MS = 60_000;
/** Longer than a rebuild may take: for a server that does not answer any more. */
const MOST_MS = 60 * 60_000;
/** Far more than a batch of people needs. Without a limit, what is wrong in a list would end the whole service. */
const MOST_MEMORY_MB = 256;

/**
 * Keeps what searches read up to date with the register, such as the list of people: at start, when an import notifies
 * `register`, and from time to time. Every replica does so, one at a time. `life` stops it.
 *
 * What is behind is brought up to date by a thread, which ends once nothing is left to do: after a first import, that is minutes of
 * computing, and a login waits for none of it. Whatever ends a thread, the next turn goes on from where it was, here or on
 * another replica.
 */
export function startListing(needs: {
  readonly postgres: Postgres;
  readonly databaseUrl: string;
  readonly names: readonly ListName[];
  readonly life: Life;
  readonly logger: Logger;
}): void {
  const { postgres, databaseUrl, names, life, logger } = needs;
  let stopping = false;
  let thread: Worker | undefined;

  async function catchUp(): Promise<void> {
    const behind = await readBehind(
      postgres,
      names.map((name) => lists[name].name),
    );
    if (stopping || !behind.some(({ versions }) => versions > 0)) return;
    const task: ListingTask = { databaseUrl, names };
    thread = new Worker(new URL('./listing-thread.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    });
    const deadline = setTimeout(() => thread?.terminate(), MOST_MS);
    // Rejects with what the thread failed of, lack of memory included.
    const [code] = await once(thread, 'exit').finally(() => clearTimeout(deadline));
    if (code !== 0) throw new Error('the thread was ended');
  }

  const turns = createTurns(() =>
    catchUp().catch((err: unknown) => {
      if (!stopping) logger.error({ err }, 'a list of the register could not be brought up to date');
    }),
  );
  const timer = setInterval(turns.next, EVERY_MS);
  const stopListening = listenTo(postgres, 'register', turns.next);
  life.onStop('listing', async () => {
    stopping = true;
    stopListening();
    clearInterval(timer);
    // What it was at is as if it had not begun.
    await thread?.terminate();
    await turns.last();
  });
}
