import { workerData } from 'node:worker_threads';
import { openPostgres } from '@psc/datastores';
import { createFollower } from '#src/adapters/follower.postgres.ts';
import { type ListName, lists } from './lists.ts';

/** Of `start-listing.ts`, which starts this file as a thread, once for each time that lists are behind the register. */
export interface ListingTask {
  readonly databaseUrl: string;
  readonly names: readonly ListName[];
}

// Written by `start-listing.ts`.
const { databaseUrl, names } = workerData as ListingTask;
// Two connections: what a rebuild needs. Whoever uses one that is lost hears of it.
const postgres = openPostgres({ url: databaseUrl, poolSize: 2, onError: () => undefined });
const failures: unknown[] = [];
// A list that cannot be brought up to date keeps none of the others waiting.
for (const name of names)
  await createFollower(postgres, lists[name])
    .catchUp()
    .catch((error: unknown) => failures.push(error));
await postgres.close();
// It ends the thread, and is told to whoever started it.
if (failures.length > 0) throw failures[0];
