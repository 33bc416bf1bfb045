import type { ActivityField, ExerciceField } from '@psc/kernel';

/** What the register knows of a person, by PSC's own names. A value it does not have is ''. */
export interface Professional {
  readonly nationalId: string;
  readonly status: 'active' | 'inactive';
  readonly familyName: string;
  readonly givenName: string;
  readonly codeCivilite: string;
  readonly otherIds: readonly AlternativeIdentifier[];
  readonly exercices: readonly Exercice[];
}

export interface AlternativeIdentifier {
  readonly identifiant: string;
  readonly origine: string;
  readonly qualite: number;
}

/** One profession in one category, and where it is practised. */
export type Exercice = Readonly<Record<ExerciceField, string>> & { readonly activities: readonly Activity[] };

export type Activity = Readonly<Record<ActivityField, string>>;
