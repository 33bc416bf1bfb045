import { civilNames } from './civil-names.ts';
import { type Described, identifiersOf, isActive, isKnown, practiceOf } from './described.ts';
import { type Exercice, groupExercices } from './exercices.ts';
import type { OtherId } from './identifier.ts';

/** The record that applications receive (`@psc/contracts`). */
export interface ProfessionalRecord {
  readonly nationalId: string;
  readonly status: 'active' | 'inactive';
  readonly familyName: string;
  readonly givenName: string;
  readonly codeCivilite: string;
  readonly otherIds: OtherId[];
  readonly exercices: Exercice[];
}

/** As Pro Santé Connect allows in `SubjectRefPro`; a person of the register has far fewer. */
const MOST_EXERCICES = 100;
const MOST_ACTIVITIES = 1000;

/**
 * What applications learn of a person: one exercice per profession × category × savoir-faire, as the practice files say it.
 * The file SavoirFaire adds nothing here: Pro Santé Connect's own loader does not read it.
 */
export function professionalOf(described: Described): ProfessionalRecord | undefined {
  if (!isKnown(described)) return undefined;
  const practised = practiceOf(described);
  const exercices = groupExercices(practised.rows).slice(0, MOST_EXERCICES);
  for (const { activities } of exercices) activities.splice(MOST_ACTIVITIES);
  return {
    nationalId: described.nationalId,
    status: isActive(described) ? 'active' : 'inactive',
    ...civilNames(described, practised),
    codeCivilite: practised.rows[0]?.codeCivilite ?? '',
    otherIds: identifiersOf(described),
    exercices,
  };
}
