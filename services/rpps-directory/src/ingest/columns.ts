import { type ActivityField, activityFields, type ExerciceField, exerciceFields } from '@psc/kernel';

/** What the restricted extract says of a person beyond the public one. */
const civilFields = ['nomDeFamille', 'prenoms', 'telephoneCorrespondance', 'mailCorrespondance'] as const;

export type Field =
  | 'nationalId'
  | 'codeCivilite'
  | 'autresIdentifiants'
  | (typeof civilFields)[number]
  | ExerciceField
  | ActivityField;

/**
 * Every column ever seen in the extracts (48, 52 and 56 columns for the public one; 49, 50 and 51 for the restricted
 * one), by name, since their order and number change. `unused` columns are known and not kept: labels follow from codes,
 * and data on birth has no use here.
 */
const columns: Readonly<Record<string, Field | 'unused'>> = {
  "Type d'identifiant PP": 'unused',
  'Identifiant PP': 'unused',
  'Identification nationale PP': 'nationalId',
  'Nom de famille': 'nomDeFamille',
  Prénoms: 'prenoms',
  'Date de naissance': 'unused',
  'Code commune de naissance': 'unused',
  'Code pays de naissance': 'unused',
  'Lieu de naissance': 'unused',
  'Code sexe': 'unused',
  'Téléphone (coord. correspondance)': 'telephoneCorrespondance',
  'Adresse e-mail (coord. correspondance)': 'mailCorrespondance',
  "Code civilité d'exercice": 'codeCiviliteDexercice',
  "Libellé civilité d'exercice": 'unused',
  'Code civilité': 'codeCivilite',
  'Libellé civilité': 'unused',
  "Nom d'exercice": 'nomDexercice',
  "Prénom d'exercice": 'prenomDexercice',
  'Code profession': 'codeProfession',
  'Libellé profession': 'unused',
  'Code catégorie professionnelle': 'codeCategorieProfessionnelle',
  'Libellé catégorie professionnelle': 'unused',
  'Code type savoir-faire': 'codeTypeSavoirFaire',
  'Libellé type savoir-faire': 'unused',
  'Code savoir-faire': 'codeSavoirFaire',
  'Libellé savoir-faire': 'unused',
  'Code mode exercice': 'codeModeExercice',
  'Libellé mode exercice': 'unused',
  'Numéro SIRET site': 'numeroSiretSite',
  'Numéro SIREN site': 'numeroSirenSite',
  'Numéro FINESS site': 'numeroFinessSite',
  'Numéro FINESS établissement juridique': 'numeroFinessetablissementJuridique',
  'Identifiant technique de la structure': 'identifiantTechniqueDeLaStructure',
  'Raison sociale site': 'raisonSocialeSite',
  'Enseigne commerciale site': 'enseigneCommercialeSite',
  'Complément destinataire (coord. structure)': 'complementDestinataire',
  'Complément point géographique (coord. structure)': 'complementPointGeographique',
  'Numéro Voie (coord. structure)': 'numeroVoie',
  'Indice répétition voie (coord. structure)': 'indiceRepetitionVoie',
  'Code type de voie (coord. structure)': 'codeTypeDeVoie',
  'Libellé type de voie (coord. structure)': 'unused',
  'Libellé Voie (coord. structure)': 'libelleVoie',
  'Mention distribution (coord. structure)': 'mentionDistribution',
  'Bureau cedex (coord. structure)': 'bureauCedex',
  'Code postal (coord. structure)': 'codePostal',
  'Code commune (coord. structure)': 'codeCommune',
  'Libellé commune (coord. structure)': 'unused',
  'Code pays (coord. structure)': 'codePays',
  'Libellé pays (coord. structure)': 'unused',
  'Téléphone (coord. structure)': 'telephone',
  'Téléphone 2 (coord. structure)': 'telephone2',
  'Télécopie (coord. structure)': 'telecopie',
  'Adresse e-mail (coord. structure)': 'adresseEMail',
  'Code Département (structure)': 'codeDepartement',
  'Code département (coord. structure)': 'codeDepartement',
  'Libellé Département (structure)': 'unused',
  'Ancien identifiant de la structure': 'ancienIdentifiantDeLaStructure',
  "Autorité d'enregistrement": 'autoriteDenregistrement',
  'Autres identifiants': 'autresIdentifiants',
  "Code secteur d'activité": 'codeSecteurDactivite',
  "Libellé secteur d'activité": 'unused',
  'Code section tableau pharmaciens': 'codeSectionPharmacien',
  'Libellé section tableau pharmaciens': 'unused',
  'Code rôle': 'codeRole',
  'Libellé rôle': 'unused',
  'Code genre activité': 'codeGenreActivite',
  "Code genre d'activité": 'codeGenreActivite',
  'Libellé genre activité': 'unused',
};

/** Absent from some of the layouts; '' is then kept for every person. */
const optionalFields: readonly Field[] = [
  'codeSecteurDactivite',
  'codeSectionPharmacien',
  'codeRole',
  'codeGenreActivite',
];

/** Accents are told apart; case, spaces at both ends and the shape of the apostrophe are not. */
function normalise(header: string): string {
  return header.normalize('NFC').trim().replaceAll('’', "'").toLowerCase();
}

const byHeader = new Map(Object.entries(columns).map(([header, field]) => [normalise(header), field]));
const headerOf = new Map(Object.entries(columns).map(([header, field]) => [field, header]));

/** The field that a header names; undefined when we never saw this header. */
export function fieldOf(header: string): Field | 'unused' | undefined {
  return byHeader.get(normalise(header));
}

/** The header to ask for in a sentence. */
export function officialHeader(field: Field): string {
  return headerOf.get(field) ?? field;
}

const bothKinds = ['nationalId', 'codeCivilite', ...exerciceFields, ...activityFields] as const;

/** The fields that a kind of extract must have, and those that only some of its layouts have. */
export function fieldsOf(restricted: boolean): { required: readonly Field[]; optional: readonly Field[] } {
  const all: readonly Field[] = restricted ? [...bothKinds, ...civilFields] : bothKinds;
  return {
    required: all.filter((field) => !optionalFields.includes(field)),
    optional: restricted ? [...optionalFields, 'autresIdentifiants'] : optionalFields,
  };
}
