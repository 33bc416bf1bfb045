import { type Dice, isAmong, pick, weighted } from './dice.ts';
import { type Exercice, movesOf, type Person } from './people.ts';
import { type PlaceKind, placeKinds } from './place-kinds.ts';
import type { Structures } from './structures.ts';

/** One place and way of working; its structure is a shared one, by number, or the person's own. */
export interface Activity {
  readonly place: PlaceKind;
  /** Undefined for a practice of their own. */
  readonly shared: number | undefined;
  /** The number of their own practice. */
  readonly holder: number;
  /** TRE_R23 */
  readonly mode: string;
  /** TRE_R21, or TRE_R85 for who is known by their role. */
  readonly role: string;
  /** TRE_R22 */
  readonly genre: string;
  /** TRE_R06 or TRE_G05 */
  readonly section: string;
}

const topic = { place: 2001, structure: 2101, liberal: 2201, genre: 2301, role: 2401 } as const;

const genreOf = weighted([
  ['GENR01', 90],
  ['GENR02', 5],
  ['GENR04', 4],
  ['GENR99', 1],
] as const);
const roleByPlace: Readonly<Partial<Record<PlaceKind, string>>> = {
  own: 'FON-01',
  group: 'FON-01',
  society: 'FON-02',
  house: 'FON-01',
  hospital: 'FON-33',
  laboratory: 'FON-41',
  industry: 'FON-05',
};
/** Of who has no regulated profession: what they do is their role. */
const rolesAlone = ['313', '313', '331', '331', '332', '316', '326', '345', '360', '312'] as const;

export function activitiesOf(
  dice: Dice,
  structures: Structures,
  { index, version }: Person,
  { profession, category, activities }: Exercice,
  rank: number,
): Activity[] {
  // A change moves the first activity of the first exercice.
  const moves = rank === 0 ? movesOf(dice, index, version) : 0;
  return Array.from({ length: activities }, (_, number) => {
    const at = number + rank * 30;
    const turn = number === 0 ? moves : 0;
    const place = profession.placeOf(dice(index, topic.place + at));
    const { liberal } = placeKinds[place];
    const selfEmployed =
      category === 'C' &&
      liberal &&
      isAmong(dice(index, topic.liberal + at), place === 'pharmacy' ? 0.4 : 0.93);
    const alone = profession.code === '99';
    const genre = alone ? 'GENR13' : genreOf(dice(index, topic.genre + at));
    return {
      place,
      shared:
        place === 'own' ? undefined : structures.sharedFor(place, dice(index, topic.structure + at), turn),
      // Two digits tell apart the practices that somebody has, and had.
      holder: index * 100 + ((at + turn * 31) % 100),
      mode: selfEmployed ? 'L' : isAmong(dice(index, topic.liberal + at), 0.999) ? 'S' : 'B',
      role: roleOf(dice, index, at, { alone, student: category === 'E', genre, place, selfEmployed }),
      genre,
      section: profession.code === '21' ? sectionOf(place, selfEmployed) : '',
    };
  });
}

function roleOf(
  dice: Dice,
  index: number,
  at: number,
  known: {
    readonly alone: boolean;
    readonly student: boolean;
    readonly genre: string;
    readonly place: PlaceKind;
    readonly selfEmployed: boolean;
  },
): string {
  const thrown = dice(index, topic.role + at);
  if (known.alone) return pick(rolesAlone, thrown);
  if (known.student) return known.place === 'hospital' ? 'FON-48' : 'FON-47';
  if (known.genre === 'GENR02') return 'FON-22';
  if (isAmong(thrown, 0.3)) return '';
  if (isAmong(thrown, 0.5)) return 'FON-AU';
  if (known.place === 'pharmacy') return known.selfEmployed ? 'FON-03' : 'FON-05';
  return roleByPlace[known.place] ?? 'FON-AU';
}

/** The register of the pharmacists has a section for each way of being one. */
function sectionOf(place: PlaceKind, selfEmployed: boolean): string {
  switch (place) {
    case 'pharmacy':
      return selfEmployed ? 'A' : 'DA';
    case 'hospital':
    case 'clinic':
      return 'H';
    case 'laboratory':
      return 'G';
    case 'industry':
      return 'B';
    default:
      return 'D';
  }
}
