import { createDice, type Dice, isAmong } from './dice.ts';

/** What happens in one day, each as a share of the people of the first day. */
export interface Churn {
  /** Described otherwise: another place, another name, an RPPS number instead of the ADELI one. */
  readonly changed: number;
  /** In the files no more. Whoever left, and is drawn again later, is back. */
  readonly left: number;
  readonly arrived: number;
}

/** About what the real register does in a day: 0.2 %. */
export const usualChurn: Churn = { changed: 0.0014, left: 0.0003, arrived: 0.0003 };

export interface RegisterOptions {
  readonly seed: number;
  /** On the first day. */
  readonly people: number;
  /** From 1. */
  readonly day: number;
  readonly churn: Churn;
}

/** RPPS numbers 999 followed by seven digits, the first of which is no 0, and a key. */
export const MOST_PEOPLE = 9_000_000;
const LONGEST_DAY = 3660;

/** Who is in the register on a day. People are numbers from 0: newcomers follow those of the first day. */
export interface Population {
  readonly dice: Dice;
  /** Everybody who ever was in it. */
  readonly size: number;
  /** How many times this person was changed since the first day; undefined when they are not there on this day. */
  versionOf(person: number): number | undefined;
}

export function createPopulation({ seed, people, day, churn }: RegisterOptions): Population {
  check('people', people, 1, MOST_PEOPLE);
  check('day', day, 1, LONGEST_DAY);
  for (const share of [churn.changed, churn.left, churn.arrived])
    if (!(share >= 0 && share <= 1)) throw new RangeError('a share of the people is from 0 to 1');

  const dice = createDice(seed);
  const arrivals = Math.round(people * churn.arrived);
  const size = people + (day - 1) * arrivals;
  if (size > MOST_PEOPLE) throw new RangeError(`there are numbers for ${MOST_PEOPLE} people`);
  const share = churn.changed + churn.left;
  // One person in so many, from another one each day: exactly the share, whatever the number of people.
  const offsets = Array.from({ length: day + 1 }, (_, each) => (dice(each, DAY) / 2 ** 32) * FARTHEST);

  return {
    dice,
    size,
    versionOf(person) {
      let version = 0;
      let present = true;
      const arrived = person < people ? 1 : 2 + Math.floor((person - people) / arrivals);
      for (let each = arrived + 1; each <= day; each += 1) {
        const place = (person + (offsets[each] ?? 0)) * share;
        if (Math.floor(place + share) === Math.floor(place)) continue;
        if (!present) present = true;
        else if (isAmong(dice(person, LEAVES + each), churn.left / share)) present = false;
        else version += 1;
      }
      return present ? version : undefined;
    },
  };
}

/** How far into the people a day begins to count. */
const FARTHEST = 10_000_000;

/** Topics, apart from those of people and structures. */
const DAY = 5_000;
const LEAVES = 10_000;

function check(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`${name}: a whole number from ${least} to ${most}`);
}
