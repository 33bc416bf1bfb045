/** One profession in one category, with its savoir-faire: the keys of PSC's `exercices[]` besides `activities`. */
export const exerciceFields = [
  'codeProfession',
  'codeCategorieProfessionnelle',
  'codeCiviliteDexercice',
  'nomDexercice',
  'prenomDexercice',
  'codeTypeSavoirFaire',
  'codeSavoirFaire',
] as const;
export type ExerciceField = (typeof exerciceFields)[number];

/** One place and way of working: the 30 keys of PSC's `activities[]`. `numeroFinessetablissementJuridique` is spelt so. */
export const activityFields = [
  'codeModeExercice',
  'codeSecteurDactivite',
  'codeSectionPharmacien',
  'codeRole',
  'codeGenreActivite',
  'numeroSiretSite',
  'numeroSirenSite',
  'numeroFinessSite',
  'numeroFinessetablissementJuridique',
  'identifiantTechniqueDeLaStructure',
  'raisonSocialeSite',
  'enseigneCommercialeSite',
  'complementDestinataire',
  'complementPointGeographique',
  'numeroVoie',
  'indiceRepetitionVoie',
  'codeTypeDeVoie',
  'libelleVoie',
  'mentionDistribution',
  'bureauCedex',
  'codePostal',
  'codeCommune',
  'codePays',
  'telephone',
  'telephone2',
  'telecopie',
  'adresseEMail',
  'codeDepartement',
  'ancienIdentifiantDeLaStructure',
  'autoriteDenregistrement',
] as const;
export type ActivityField = (typeof activityFields)[number];
