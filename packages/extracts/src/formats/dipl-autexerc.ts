/** PS_LibreAcces_Dipl_AutExerc: a row has a diploma or an authorisation, and the four other columns are empty. */
export const diplAutExerc13 = [
  "Type d'identifiant PP",
  'Identifiant PP',
  'Identification nationale PP',
  "Nom d'exercice",
  "Prénom d'exercice",
  'Code type diplôme obtenu',
  'Libellé type diplôme obtenu',
  'Code diplôme obtenu',
  'Libellé diplôme obtenu',
  'Code type autorisation',
  'Libellé type autorisation',
  'Code discipline autorisation',
  'Libellé discipline autorisation',
] as const;

export type DiplAutExercColumn = (typeof diplAutExerc13)[number];
