/** PS_LibreAcces_SavoirFaire: a row per person, exercice and savoir-faire. */
export const savoirFaire13 = [
  "Type d'identifiant PP",
  'Identifiant PP',
  'Identification nationale PP',
  "Nom d'exercice",
  "Prénom d'exercice",
  'Code profession',
  'Libellé profession',
  'Code catégorie professionnelle',
  'Libellé catégorie professionnelle',
  'Code type savoir-faire',
  'Libellé type savoir-faire',
  'Code savoir-faire',
  'Libellé savoir-faire',
] as const;

export type SavoirFaireColumn = (typeof savoirFaire13)[number];
