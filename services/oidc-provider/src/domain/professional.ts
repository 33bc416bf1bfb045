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
export type Exercice = Readonly<Record<(typeof exerciceColumns)[number], string>> & {
  readonly activities: readonly Activity[];
};

export type Activity = Readonly<Record<(typeof activityColumns)[number], string>>;

export const exerciceColumns = [
  'codeProfession',
  'codeCategorieProfessionnelle',
  'codeCiviliteDexercice',
  'nomDexercice',
  'prenomDexercice',
  'codeTypeSavoirFaire',
  'codeSavoirFaire',
] as const;

/** The 30 keys of an activity, in PSC's order. `numeroFinessetablissementJuridique` is spelt so. */
export const activityColumns = [
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
