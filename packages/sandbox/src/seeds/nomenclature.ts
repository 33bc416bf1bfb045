/** Labels of the codes that the seeds use (NOS tables); a code that is not here is written without its label. */
const labels = {
  civilite: { M: 'Monsieur', MME: 'Madame' },
  /** TRE_R11 */
  civiliteExercice: { DR: 'Docteur', PR: 'Professeur' },
  /** TRE_G15, TRE_R95, TRE_R94 and TRE_R291 */
  profession: {
    10: 'Médecin',
    21: 'Pharmacien',
    26: 'Audioprothésiste',
    28: 'Opticien-Lunetier',
    40: 'Chirurgien-Dentiste',
    41: 'Assistant de service social',
    50: 'Sage-Femme',
    60: 'Infirmier',
    70: 'Masseur-Kinésithérapeute',
    71: 'Ostéopathe',
    80: 'Pédicure-Podologue',
    91: 'Orthophoniste',
    93: 'Psychologue',
    99: 'Acteur participant au système de santé, caractérisé par son rôle',
  },
  /** TRE_R09 */
  categorie: { C: 'Civil', E: 'Etudiant', M: 'Agent public' },
  /** TRE_R04 */
  typeSavoirFaire: { S: 'Spécialité ordinale' },
  /** TRE_R38 */
  savoirFaire: {
    SM02: 'Anesthésie-réanimation',
    SM26: 'Qualifié en Médecine Générale',
    SM40: 'Pédiatrie',
    SM53: 'Spécialiste en Médecine Générale',
    SCD01: 'Orthopédie dento-faciale',
  },
  /** TRE_R23 */
  modeExercice: { L: 'Libéral, indépendant, artisan, commerçant', S: 'Salarié', B: 'Bénévole' },
  /** TRE_R02 */
  secteur: {
    SA01: 'Etablissement public de santé',
    SA05: 'Centre de santé',
    SA07: 'Cabinet individuel',
    SA08: 'Cabinet de groupe',
    SA09: 'Exercice en société',
    SA15: 'Protection maternelle et infantile',
    SA33: "Pharmacie d'officine",
  },
  /** TRE_R06 */
  sectionPharmacien: { A: "Pharmacien titulaire d'officine", D: 'Pharmacien adjoint' },
  /** TRE_R21 and TRE_R85 */
  role: {
    'FON-01': 'Titulaire de cabinet',
    'FON-03': "Titulaire d'officine",
    'FON-22': 'Remplaçant',
    'FON-48': 'Interne',
    331: 'Secrétaire',
  },
  /** TRE_R22 */
  genreActivite: {
    GENR01: 'Activité standard de soin ou de pharmacien',
    GENR02: 'Remplaçant',
    GENR04: 'Activité non soignante',
    GENR99: 'Autre',
  },
  typeDeVoie: { AV: 'Avenue', BD: 'Boulevard', PL: 'Place', R: 'Rue', RTE: 'Route' },
  pays: { 99000: 'France' },
} as const;

export function labelOf(table: keyof typeof labels, code: string): string {
  const rows: Readonly<Record<string, string>> = labels[table];
  return rows[code] ?? '';
}
