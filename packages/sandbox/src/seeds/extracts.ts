import { type Activity, activitySchema, type Exercice, exerciceSchema } from '@psc/contracts';
import {
  type ColumnValues,
  extractFileName,
  type PersonneActiviteColumn,
  type ProSanteConnectColumn,
  personneActivite56,
  proSanteConnect51,
  writeExtract,
} from '@psc/extracts';
import {
  labelOf,
  pharmacistSectionLabelOf,
  professionLabelOf,
  roleLabelOf,
  savoirFaireLabelOf,
} from '@psc/nomenclatures';
import type { Person } from './person.ts';

/** What one row tells: a person, one of their exercices, one of its activities. */
interface Row {
  readonly person: Person;
  readonly exercice: Exercice;
  readonly activity: Activity;
}

const noActivity = activitySchema.parse({});
const noExercice = exerciceSchema.parse({ activities: [] });

/** `Type d'identifiant PP` (TRE_G08): the first character of the national identifier, except for a PSI account. */
const isTyped = ({ nationalId }: Person) => !/^[0-9a-f]{8}-/.test(nationalId);
const typeOf = (person: Person) => (isTyped(person) ? person.nationalId.slice(0, 1) : '');
const untyped = (person: Person) => (isTyped(person) ? person.nationalId.slice(1) : person.nationalId);

const publicValues: ColumnValues<PersonneActiviteColumn, Row> = {
  "Type d'identifiant PP": ({ person }) => typeOf(person),
  'Identifiant PP': ({ person }) => untyped(person),
  'Identification nationale PP': ({ person }) => person.nationalId,
  "Code civilité d'exercice": ({ exercice }) => exercice.codeCiviliteDexercice,
  "Libellé civilité d'exercice": ({ exercice }) => labelOf('R11', exercice.codeCiviliteDexercice),
  'Code civilité': ({ person }) => person.codeCivilite,
  'Libellé civilité': ({ person }) => labelOf('R81', person.codeCivilite),
  "Nom d'exercice": ({ exercice }) => exercice.nomDexercice,
  "Prénom d'exercice": ({ exercice }) => exercice.prenomDexercice,
  'Code profession': ({ exercice }) => exercice.codeProfession,
  'Libellé profession': ({ exercice }) => professionLabelOf(exercice.codeProfession),
  'Code catégorie professionnelle': ({ exercice }) => exercice.codeCategorieProfessionnelle,
  'Libellé catégorie professionnelle': ({ exercice }) =>
    labelOf('R09', exercice.codeCategorieProfessionnelle),
  'Code type savoir-faire': ({ exercice }) => exercice.codeTypeSavoirFaire,
  'Libellé type savoir-faire': ({ exercice }) => labelOf('R04', exercice.codeTypeSavoirFaire),
  'Code savoir-faire': ({ exercice }) => exercice.codeSavoirFaire,
  'Libellé savoir-faire': ({ exercice }) =>
    savoirFaireLabelOf(exercice.codeTypeSavoirFaire, exercice.codeSavoirFaire),
  'Code mode exercice': ({ activity }) => activity.codeModeExercice,
  'Libellé mode exercice': ({ activity }) => labelOf('R23', activity.codeModeExercice),
  'Numéro SIRET site': ({ activity }) => activity.numeroSiretSite,
  'Numéro SIREN site': ({ activity }) => activity.numeroSirenSite,
  'Numéro FINESS site': ({ activity }) => activity.numeroFinessSite,
  'Numéro FINESS établissement juridique': ({ activity }) => activity.numeroFinessetablissementJuridique,
  'Identifiant technique de la structure': ({ activity }) => activity.identifiantTechniqueDeLaStructure,
  'Raison sociale site': ({ activity }) => activity.raisonSocialeSite,
  'Enseigne commerciale site': ({ activity }) => activity.enseigneCommercialeSite,
  'Complément destinataire (coord. structure)': ({ activity }) => activity.complementDestinataire,
  'Complément point géographique (coord. structure)': ({ activity }) => activity.complementPointGeographique,
  'Numéro Voie (coord. structure)': ({ activity }) => activity.numeroVoie,
  'Indice répétition voie (coord. structure)': ({ activity }) => activity.indiceRepetitionVoie,
  'Code type de voie (coord. structure)': ({ activity }) => activity.codeTypeDeVoie,
  'Libellé type de voie (coord. structure)': ({ activity }) => labelOf('R35', activity.codeTypeDeVoie),
  'Libellé Voie (coord. structure)': ({ activity }) => activity.libelleVoie,
  'Mention distribution (coord. structure)': ({ activity }) => activity.mentionDistribution,
  'Bureau cedex (coord. structure)': ({ activity }) => activity.bureauCedex,
  'Code postal (coord. structure)': ({ activity }) => activity.codePostal,
  'Code commune (coord. structure)': ({ activity }) => activity.codeCommune,
  'Libellé commune (coord. structure)': () => '',
  'Code pays (coord. structure)': ({ activity }) => activity.codePays,
  'Libellé pays (coord. structure)': ({ activity }) => labelOf('R20', activity.codePays),
  'Téléphone (coord. structure)': ({ activity }) => activity.telephone,
  'Téléphone 2 (coord. structure)': ({ activity }) => activity.telephone2,
  'Télécopie (coord. structure)': ({ activity }) => activity.telecopie,
  'Adresse e-mail (coord. structure)': ({ activity }) => activity.adresseEMail,
  'Code Département (structure)': ({ activity }) => activity.codeDepartement,
  'Libellé Département (structure)': () => '',
  'Ancien identifiant de la structure': ({ activity }) => activity.ancienIdentifiantDeLaStructure,
  "Autorité d'enregistrement": ({ activity }) => activity.autoriteDenregistrement,
  "Code secteur d'activité": ({ activity }) => activity.codeSecteurDactivite,
  "Libellé secteur d'activité": ({ activity }) => labelOf('R02', activity.codeSecteurDactivite),
  'Code section tableau pharmaciens': ({ activity }) => activity.codeSectionPharmacien,
  'Libellé section tableau pharmaciens': ({ activity }) =>
    pharmacistSectionLabelOf(activity.codeSectionPharmacien),
  'Code rôle': ({ activity }) => activity.codeRole,
  'Libellé rôle': ({ activity }) => roleLabelOf(activity.codeRole),
  'Code genre activité': ({ activity }) => activity.codeGenreActivite,
  'Libellé genre activité': ({ activity }) => labelOf('R22', activity.codeGenreActivite),
};

const restrictedValues: ColumnValues<ProSanteConnectColumn, Row> = {
  "Type d'identifiant PP": ({ person }) => typeOf(person),
  'Identifiant PP': ({ person }) => untyped(person),
  'Identification nationale PP': ({ person }) => person.nationalId,
  'Nom de famille': ({ person }) => person.familyName,
  // Three places, joined by apostrophes.
  Prénoms: ({ person }) => `${person.givenName}''`,
  'Date de naissance': () => '',
  'Code commune de naissance': () => '',
  'Code pays de naissance': () => '',
  'Lieu de naissance': () => '',
  'Code sexe': ({ person }) => (person.codeCivilite === 'M' ? 'M' : 'F'),
  'Téléphone (coord. correspondance)': ({ person }) => person.phone,
  'Adresse e-mail (coord. correspondance)': ({ person }) => person.mail,
  'Code civilité': ({ person }) => person.codeCivilite,
  'Code profession': ({ exercice }) => exercice.codeProfession,
  'Code catégorie professionnelle': ({ exercice }) => exercice.codeCategorieProfessionnelle,
  "Code civilité d'exercice": ({ exercice }) => exercice.codeCiviliteDexercice,
  "Nom d'exercice": ({ exercice }) => exercice.nomDexercice,
  "Prénom d'exercice": ({ exercice }) => exercice.prenomDexercice,
  'Code type savoir-faire': ({ exercice }) => exercice.codeTypeSavoirFaire,
  'Code savoir-faire': ({ exercice }) => exercice.codeSavoirFaire,
  'Code mode exercice': ({ activity }) => activity.codeModeExercice,
  "Code secteur d'activité": ({ activity }) => activity.codeSecteurDactivite,
  'Code section tableau pharmaciens': ({ activity }) => activity.codeSectionPharmacien,
  'Code rôle': ({ activity }) => activity.codeRole,
  'Numéro SIRET site': ({ activity }) => activity.numeroSiretSite,
  'Numéro SIREN site': ({ activity }) => activity.numeroSirenSite,
  'Numéro FINESS site': ({ activity }) => activity.numeroFinessSite,
  'Numéro FINESS établissement juridique': ({ activity }) => activity.numeroFinessetablissementJuridique,
  'Identifiant technique de la structure': ({ activity }) => activity.identifiantTechniqueDeLaStructure,
  'Raison sociale site': ({ activity }) => activity.raisonSocialeSite,
  'Enseigne commerciale site': ({ activity }) => activity.enseigneCommercialeSite,
  'Complément destinataire (coord. structure)': ({ activity }) => activity.complementDestinataire,
  'Complément point géographique (coord. structure)': ({ activity }) => activity.complementPointGeographique,
  'Numéro Voie (coord. structure)': ({ activity }) => activity.numeroVoie,
  'Indice répétition voie (coord. structure)': ({ activity }) => activity.indiceRepetitionVoie,
  'Code type de voie (coord. structure)': ({ activity }) => activity.codeTypeDeVoie,
  'Libellé Voie (coord. structure)': ({ activity }) => activity.libelleVoie,
  'Mention distribution (coord. structure)': ({ activity }) => activity.mentionDistribution,
  'Bureau cedex (coord. structure)': ({ activity }) => activity.bureauCedex,
  'Code postal (coord. structure)': ({ activity }) => activity.codePostal,
  'Code commune (coord. structure)': ({ activity }) => activity.codeCommune,
  'Code pays (coord. structure)': ({ activity }) => activity.codePays,
  'Téléphone (coord. structure)': ({ activity }) => activity.telephone,
  'Téléphone 2 (coord. structure)': ({ activity }) => activity.telephone2,
  'Télécopie (coord. structure)': ({ activity }) => activity.telecopie,
  'Adresse e-mail (coord. structure)': ({ activity }) => activity.adresseEMail,
  'Code département (coord. structure)': ({ activity }) => activity.codeDepartement,
  'Ancien identifiant de la structure': ({ activity }) => activity.ancienIdentifiantDeLaStructure,
  "Autorité d'enregistrement": ({ activity }) => activity.autoriteDenregistrement,
  'Autres identifiants': ({ person }) => declaredIds(person),
  "Code genre d'activité": ({ activity }) => activity.codeGenreActivite,
};

const origins: Readonly<Record<string, string>> = { 0: 'ADELI', 3: 'FINESS', 5: 'SIRET', 8: 'RPPS' };

function declaredIds({ nationalId, otherIds }: Person): string {
  return [nationalId, ...otherIds]
    .map((identifier) => {
      const isPsi = /^[0-9a-f]{8}-/.test(identifier);
      return `${identifier},${isPsi ? 'PSI' : (origins[identifier.charAt(0)] ?? 'RASS')},${isPsi ? 2 : 1}`;
    })
    .join(';');
}

/** The public extract: who is in the register under an RPPS or an ADELI number. */
export function personneActivite(people: readonly Person[]): string {
  const published = people.filter(({ nationalId }) => /^(8\d{11}|0[0-9A-Z]{9})$/.test(nationalId));
  return writeExtract(personneActivite56, publicValues, rowsOf(published));
}

/** The restricted extract, which Pro Santé Connect reads: everybody in the register, and how to reach them. */
export function extractionProSanteConnect(people: readonly Person[]): string {
  return writeExtract(proSanteConnect51, restrictedValues, rowsOf(people));
}

export interface ExtractFile {
  readonly name: string;
  readonly content: string;
}

/**
 * The files to import, in this order, for a register that knows these people. The real register shows that somebody was
 * struck off by showing them no more. So whoever is inactive is in a first file, of the day before, and absent from the
 * next ones; a register that already knows them only needs the last two (`yesterday: false`).
 */
export function registerFiles(people: readonly Person[], { yesterday = true } = {}): ExtractFile[] {
  const hasLeavers = people.some(({ status }) => status === 'inactive');
  const everybody = people.map((person) => ({ ...person, status: 'active' as const }));
  return [
    ...(yesterday && hasLeavers
      ? [
          {
            name: extractFileName('pro-sante-connect', '202601010800'),
            content: extractionProSanteConnect(everybody),
          },
        ]
      : []),
    {
      name: extractFileName('pro-sante-connect', '202601020800'),
      content: extractionProSanteConnect(people),
    },
    { name: extractFileName('personne-activite', '202601020843'), content: personneActivite(people) },
  ];
}

/** One row per person × exercice × activity; a person who has neither has one row all the same. */
function rowsOf(people: readonly Person[]): Row[] {
  return people
    .filter(({ status }) => status === 'active')
    .flatMap((person) =>
      orOne(person.exercices, noExercice).flatMap((exercice) =>
        orOne(exercice.activities, noActivity).map((activity) => ({ person, exercice, activity })),
      ),
    );
}

function orOne<Item>(items: readonly Item[], otherwise: Item): readonly Item[] {
  return items.length > 0 ? items : [otherwise];
}
