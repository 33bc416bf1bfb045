import type { ActivityField, ExerciceField, NationalId } from '@psc/kernel';

/**
 * The extracts that the register is imported from:
 * `personne_activite` is public (PS_LibreAcces_Personne_activite), `pro_sante_connect` is restricted
 * (Extraction_ProSanteConnect_Personne_activite) and adds civil names, other identifiers and how to reach the person.
 */
export const extractKinds = ['personne_activite', 'pro_sante_connect'] as const;
export type ExtractKind = (typeof extractKinds)[number];

/** What tells one exercice of a person from another: profession × category × savoir-faire. */
export const exerciceKeyFields = [
  'codeProfession',
  'codeCategorieProfessionnelle',
  'codeTypeSavoirFaire',
  'codeSavoirFaire',
] as const;

/** The columns of one row that describe a practice: an exercice, and one of its activities. */
export type Practice = Readonly<Record<ExerciceField | ActivityField, string>>;

/** One good row: what it says of a person, and one of their activities. A value that the file leaves empty is ''. */
export interface RegisterRow {
  /** Line of the file, the header being 1. */
  readonly line: number;
  readonly nationalId: NationalId;
  readonly codeCivilite: string;
  /** Civil names in the restricted extract, names of practice in the public one. */
  readonly familyName: string;
  readonly givenName: string;
  /** Without the national identifier itself. Always empty in the public extract, like `phone` and `mail`. */
  readonly otherIds: readonly NationalId[];
  readonly phone: string;
  readonly mail: string;
  readonly practice: Practice;
}

const rejectReasons = [
  'column_count',
  'not_text',
  'national_id_malformed',
  'other_identifiers_malformed',
  'value_too_long',
  // Not the row but one of its other identifiers: nobody gets it.
  'identifier_claimed_twice',
  'identifier_of_another',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** One bad row. Whom it is about, when that much can be read: a person is not struck off by a bad row. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: RejectReason;
  readonly nationalId?: NationalId;
}
