import type { Follow } from '#src/adapters/follower.postgres.ts';
import { listPeople } from '#src/adapters/listed-people.postgres.ts';
import { publishPlaces } from './fhir/directory/places.postgres.ts';

/** What is derived from the register and follows it, in the order in which it is brought up to date. */
export const lists = { people: listPeople, places: publishPlaces } as const satisfies Record<string, Follow>;
export type ListName = keyof typeof lists;
