import { hash } from 'node:crypto';
import type { Person, PlacedActivity, PractisedProfession } from '#src/domain/person.ts';
import { type Structure, structureOf } from './structure.ts';

/** One place and way of practising one profession: what FHIR calls a PractitionerRole. */
export interface Situation {
  /** Stable while the person practises this profession, in this way, at this place; a new telephone changes nothing. */
  readonly key: string;
  readonly profession: PractisedProfession;
  readonly activity: PlacedActivity;
  readonly structure: Structure | undefined;
}

/** What tells a situation from another, beside its structure. */
const tellingFields = [
  'codeModeExercice',
  'codeSecteurDactivite',
  'codeSectionPharmacien',
  'codeRole',
  'codeGenreActivite',
] as const;

/** In the order of the file, each once. */
export function situationsOf({ exercices }: Pick<Person, 'exercices'>): Situation[] {
  const situations = exercices.flatMap((profession) =>
    profession.activities.map((activity): Situation => {
      const structure = structureOf(activity);
      const key = digestOf([
        profession.codeProfession,
        profession.codeCategorieProfessionnelle,
        ...tellingFields.map((field) => activity[field]),
        structure?.id ?? `${activity.raisonSocialeSite}/${activity.codePostal}`,
      ]);
      return { key, profession, activity, structure };
    }),
  );
  // The first one of a key wins: Map keeps the last of two.
  return [
    ...new Map(situations.toReversed().map((situation) => [situation.key, situation])).values(),
  ].toReversed();
}

export function digestOf(parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 16);
}
