import { type Activity, activitiesOf } from '../register/activities.ts';
import type { Dice } from '../register/dice.ts';
import type { Exercice, Person } from '../register/people.ts';
import { placeKinds } from '../register/place-kinds.ts';
import type { Structure, Structures } from '../register/structures.ts';

/** What the writers of rows look into. */
export interface World {
  readonly dice: Dice;
  readonly structures: Structures;
}

/** The rows that a file has for somebody, without their ends; none when the file does not show them. */
export type RowWriter = (person: Person) => string[];

export function worksOf(world: World, person: Person, exercice: Exercice, rank: number): Activity[] {
  return activitiesOf(world.dice, world.structures, person, exercice, rank);
}

/** The structures of activities, put into cells: shared ones once, since thousands of people may work there. */
export function createPlaces({ structures }: World, cellsOf: (structure: Structure) => string) {
  const known = new Map<number, string>();
  return (person: Person, { shared, holder }: Activity): string => {
    if (shared === undefined) return cellsOf(ownOf(structures, person, holder));
    let cells = known.get(shared);
    if (cells === undefined) {
      cells = cellsOf(structures.sharedAt(shared));
      known.set(shared, cells);
    }
    return cells;
  };
}

export function structureOf({ structures }: World, person: Person, { shared, holder }: Activity): Structure {
  return shared === undefined ? ownOf(structures, person, holder) : structures.sharedAt(shared);
}

function ownOf(structures: Structures, person: Person, holder: number): Structure {
  return structures.ownAt(holder, `${person.nomDexercice} ${person.givenName.toUpperCase()}`, person.rpps);
}

/** `Autorité d'enregistrement`: who registered the person, the exercice and the activity. */
export function authorityOf({ profession: { authority } }: Exercice, activity: Activity | undefined): string {
  if (activity === undefined) return `${authority}//`;
  if (authority === 'ARS') return activity.mode === 'L' ? 'ARS/CPAM/CPAM' : 'ARS/ARS/ARS';
  return `${authority}/${authority}/${activity.mode === 'L' ? authority : 'ARS'}`;
}

export function sectorOf({ place }: Activity): string {
  return placeKinds[place].sector;
}
