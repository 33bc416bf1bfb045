/**
 * Porteurs_CPS_CPF, in ISO-8859-1: a row per card. Our sources tell what the file holds, that the person is in the second
 * column and the number of the card in the twelfth, and the names of four columns; the others are our choice.
 */
export const porteurs16 = [
  "Type d'identifiant PP",
  'Identifiant PP',
  'Identification nationale PP',
  "Nom d'exercice",
  "Prénom d'exercice",
  'Code profession',
  'Libellé profession',
  'Code catégorie professionnelle',
  'Libellé catégorie professionnelle',
  'Code type de carte',
  'Libellé type de carte',
  'Numéro de carte',
  'Date de début de validité',
  'Date de fin de validité',
  "Date d'opposition",
  'Date de mise à jour',
] as const;

export type PorteursColumn = (typeof porteurs16)[number];
