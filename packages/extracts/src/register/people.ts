import { withLuhnKey } from '@psc/kernel';
import { below, type Dice, isAmong, pick, weighted } from './dice.ts';
import {
  commonFamilyNames,
  menNames,
  nameEnds,
  nameMiddles,
  nameStarts,
  trickyFamilyNames,
  womenNames,
} from './names.ts';
import { MOST_PEOPLE, type Population } from './population.ts';
import { type Profession, professionOf, type SavoirFaire, secondProfessionOf } from './professions.ts';

/** Somebody of the register on one day, without their activities. */
export interface Person {
  readonly index: number;
  readonly version: number;
  /** TRE_G08: 8, or 0 for the few who still have an ADELI number alone. */
  readonly type: '0' | '8';
  readonly identifier: string;
  readonly nationalId: string;
  /** '' for who has none yet. */
  readonly rpps: string;
  /** Nine characters; '' for who never had one. */
  readonly adeli: string;
  /** Shown by the public files: some oppose it, and are in the restricted one alone. */
  readonly published: boolean;
  readonly woman: boolean;
  readonly familyName: string;
  readonly givenName: string;
  /** The name at work: the civil one, or another. */
  readonly nomDexercice: string;
  readonly prenomDexercice: string;
  readonly exercices: readonly [Exercice, ...Exercice[]];
}

export interface Exercice {
  readonly profession: Profession;
  /** TRE_R09 */
  readonly category: 'C' | 'E' | 'M';
  /** TRE_R11 */
  readonly civility: string;
  /** What Personne_activite says: one as a rule, and then a row for each. */
  readonly savoirFaire: readonly [SavoirFaire, ...SavoirFaire[]];
  /** Of how many activities; each has a row, and who has none has a row too. */
  readonly activities: number;
}

const topic = {
  profession: 1001,
  second: 1002,
  woman: 1003,
  familyName: 1004,
  givenName: 1005,
  adeli: 1006,
  published: 1007,
  category: 1008,
  savoirFaire: 1009,
  activities: 1010,
  workName: 1011,
  luhn: 1012,
  writing: 1013,
  change: 1014,
} as const;

/** 1.16 rows for a person on average. */
const activitiesOf = weighted([
  [0, 18],
  [1, 71.95],
  [2, 7.5],
  [3, 1.6],
  [4, 0.5],
  [5, 0.2],
  [6, 0.08],
  [8, 0.06],
  [11, 0.05],
  [17, 0.03],
  [25, 0.02],
] as const);

const NONE: SavoirFaire = { type: '', code: '' };
/** In the list of names: no later turn comes to it. */
const FAR = 97;
/** Of the numbers 999 of tests, those from 9991 on: the sandbox and the tests have people of the others. */
const FIRST_SEQUENCE = 1_000_000;
/** Prime to the number of sequences: a bijection, so that numbers are unique and files are in no order. */
const STRIDE = 7_368_787;

export function createPeople({ dice, size, versionOf }: Population) {
  return {
    /** Everybody who is there on this day. */
    *all(): Generator<Person> {
      for (let index = 0; index < size; index += 1) {
        const version = versionOf(index);
        if (version !== undefined) yield describe(dice, index, version);
      }
    },
  };
}

/** How many rows Personne_activite has for this person. */
export function rowsOf({ exercices }: Person): number {
  return exercices.reduce(
    (sum, { savoirFaire, activities }) => sum + savoirFaire.length * Math.max(1, activities),
    0,
  );
}

export function describe(dice: Dice, index: number, version: number): Person {
  const profession = professionOf(dice(index, topic.profession));
  const woman = isAmong(dice(index, topic.woman), profession.women);
  const sequence = String(FIRST_SEQUENCE + ((index * STRIDE) % MOST_PEOPLE));
  const had = dice(index, topic.adeli);
  const adeli = profession.fromAdeli && isAmong(had, 0.45) ? `0B${sequence}` : '';
  // Left behind by the migration, until something of theirs is written again.
  const awaits = adeli !== '' && isAmong(had, 0.03) && version === 0;
  const rpps = awaits ? '' : rppsOf(dice, index, sequence);
  const identifier = rpps || adeli;
  const type = rpps === '' ? '0' : '8';

  const familyName = familyNameOf(dice, index);
  const givenName = pick(woman ? womenNames : menNames, dice(index, topic.givenName));
  return {
    index,
    version,
    type,
    identifier,
    nationalId: type + identifier,
    rpps,
    adeli,
    published: !isAmong(dice(index, topic.published), 0.003),
    woman,
    familyName,
    givenName,
    nomDexercice: workNameOf(dice, index, familyName, version),
    prenomDexercice: written(givenName, dice(index, topic.writing)),
    exercices: exercicesOf(dice, index, profession),
  };
}

const capitals = new Map<string, string>();

/** As who registered them wrote it: as it is, in capitals, in capitals without accents. */
function written(givenName: string, thrown: number): string {
  if (isAmong(thrown, 0.4)) return givenName;
  if (isAmong(thrown, 0.65)) return givenName.toUpperCase();
  const known = capitals.get(givenName) ?? givenName.normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase();
  capitals.set(givenName, known);
  return known;
}

function rppsOf(dice: Dice, index: number, sequence: string): string {
  const rpps = withLuhnKey(`999${sequence}`);
  if (!isAmong(dice(index, topic.luhn), 0.0002)) return rpps;
  // The register has some whose key is wrong.
  return `${rpps.slice(0, 10)}${(Number(rpps.at(-1)) + 1) % 10}`;
}

function familyNameOf(dice: Dice, index: number): string {
  const thrown = dice(index, topic.familyName);
  const one = oneFamilyName(dice, index, topic.familyName + 100);
  return isAmong(thrown, 0.06) ? `${one}-${oneFamilyName(dice, index, topic.familyName + 200)}` : one;
}

function oneFamilyName(dice: Dice, index: number, from: number): string {
  const thrown = dice(index, from);
  if (isAmong(thrown, 0.45)) return pick(commonFamilyNames, dice(index, from + 1));
  if (isAmong(thrown, 0.5)) return pick(trickyFamilyNames, dice(index, from + 1));
  const parts = [nameStarts, nameMiddles, nameEnds] as const;
  return parts.map((part, at) => pick(part, dice(index, from + 1 + at))).join('');
}

/** Another one than the civil name for a few, and after a change that gave them one. */
function workNameOf(dice: Dice, index: number, familyName: string, version: number): string {
  const turns =
    version - movesOf(dice, index, version) + (isAmong(dice(index, topic.workName), 0.05) ? 1 : 0);
  if (turns === 0) return familyName;
  const start = below(dice(index, topic.workName + 100), commonFamilyNames.length);
  const nameAt = (place: number) => commonFamilyNames[place % commonFamilyNames.length] ?? familyName;
  const other = nameAt(start + turns);
  return other === familyName ? nameAt(start + turns + FAR) : other;
}

/** How many of the changes moved them to another place; the other ones gave them another name at work. */
export function movesOf(dice: Dice, index: number, version: number): number {
  if (version === 0) return 0;
  let moves = 0;
  if (activitiesOf(dice(index, topic.activities)) > 0)
    for (let each = 1; each <= version; each += 1)
      if (isAmong(dice(index, topic.change + each * 10_000), 0.7)) moves += 1;
  return moves;
}

function exercicesOf(dice: Dice, index: number, profession: Profession): Person['exercices'] {
  const first = exerciceOf(dice, index, profession, activitiesOf(dice(index, topic.activities)), 0);
  const second = isAmong(dice(index, topic.second), 0.01) ? secondProfessionOf(profession) : undefined;
  return second === undefined ? [first] : [first, exerciceOf(dice, index, second, 1, 1)];
}

function exerciceOf(
  dice: Dice,
  index: number,
  profession: Profession,
  activities: number,
  rank: number,
): Exercice {
  const category = isAmong(dice(index, topic.category + rank * 100), profession.students)
    ? 'E'
    : isAmong(dice(index, topic.category + 50 + rank * 100), 0.006)
      ? 'M'
      : 'C';
  const first =
    category === 'E' ? NONE : profession.savoirFaireOf(dice(index, topic.savoirFaire + rank * 100));
  const other = profession.savoirFaireOf(dice(index, topic.savoirFaire + 50 + rank * 100));
  const two = first.code !== '' && other.code !== '' && other !== first;
  return {
    profession,
    category,
    civility:
      category === 'C' ? (isAmong(dice(index, topic.category + 60), 0.01) ? 'PR' : profession.civility) : '',
    savoirFaire: two && isAmong(dice(index, topic.savoirFaire + 70), 0.04) ? [first, other] : [first],
    activities,
  };
}
