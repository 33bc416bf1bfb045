/**
 * Porteurs_CPS_CPF, in ISO-8859-1: a row per card. Public readers of the file name the person (by `Identifiant PP`, in the first
 * column), the profession, the number of the card (in the twelfth) and what follows it; the other columns, between them,
 * are our choice.
 */
export const porteurs17 = [
  'Identifiant PP',
  "Code civilité d'exercice",
  "Libellé civilité d'exercice",
  "Nom d'exercice",
  "Prénom d'exercice",
  'Code profession',
  'Libellé profession',
  'Code catégorie professionnelle',
  'Libellé catégorie professionnelle',
  'Code type de carte',
  'Libellé type de carte',
  'Numéro carte',
  'Identifiant national contenu dans la carte',
  'Date début validité',
  'Date fin validité',
  'Date opposition',
  'Date de mise à jour',
] as const;

export type PorteursColumn = (typeof porteurs17)[number];
