import type { FileKind, StoredField } from '#src/domain/stored-rows.ts';

/** What columns say beside the stored fields: who the row is about, and what is kept apart. */
export type OtherField =
  | 'nationalId'
  | 'identifierType'
  | 'identifier'
  | 'otherIdentifiers'
  | 'phone'
  | 'mail'
  | 'adeli'
  | 'cardNationalId';
export type Field = OtherField | StoredField<FileKind>;

/** One column: its headers, the official one first; nothing is kept of one without a field. */
export interface Column {
  readonly headers: readonly string[];
  readonly field?: Field;
  /** Some layouts of the kind do not have it: '' is then kept for everybody. */
  readonly optional?: true;
}

export interface FileColumns {
  /** The names that the ANS and data.gouv.fr give to files of this kind. */
  readonly fileName: RegExp;
  /** Every column ever seen, since their order and number change. */
  readonly columns: readonly Column[];
}

const kept = (field: Field, ...headers: string[]): Column => ({ headers, field });
const sometimes = (field: Field, ...headers: string[]): Column => ({ headers, field, optional: true });
const unused = (...headers: string[]): Column => ({ headers });

const identity = [
  kept('nationalId', 'Identification nationale PP'),
  sometimes('identifierType', "Type d'identifiant PP"),
  sometimes('identifier', 'Identifiant PP'),
];

const practice = [
  kept('codeCiviliteDexercice', "Code civilité d'exercice"),
  kept('codeCivilite', 'Code civilité'),
  kept('nomDexercice', "Nom d'exercice"),
  kept('prenomDexercice', "Prénom d'exercice"),
  kept('codeProfession', 'Code profession'),
  kept('codeCategorieProfessionnelle', 'Code catégorie professionnelle'),
  kept('codeTypeSavoirFaire', 'Code type savoir-faire'),
  kept('codeSavoirFaire', 'Code savoir-faire'),
  kept('codeModeExercice', 'Code mode exercice'),
  kept('numeroSiretSite', 'Numéro SIRET site'),
  kept('numeroSirenSite', 'Numéro SIREN site'),
  kept('numeroFinessSite', 'Numéro FINESS site'),
  kept('numeroFinessetablissementJuridique', 'Numéro FINESS établissement juridique'),
  kept('identifiantTechniqueDeLaStructure', 'Identifiant technique de la structure'),
  kept('raisonSocialeSite', 'Raison sociale site'),
  kept('enseigneCommercialeSite', 'Enseigne commerciale site'),
  kept('complementDestinataire', 'Complément destinataire (coord. structure)'),
  kept('complementPointGeographique', 'Complément point géographique (coord. structure)'),
  kept('numeroVoie', 'Numéro Voie (coord. structure)'),
  kept('indiceRepetitionVoie', 'Indice répétition voie (coord. structure)'),
  kept('codeTypeDeVoie', 'Code type de voie (coord. structure)'),
  kept('libelleVoie', 'Libellé Voie (coord. structure)'),
  kept('mentionDistribution', 'Mention distribution (coord. structure)'),
  kept('bureauCedex', 'Bureau cedex (coord. structure)'),
  kept('codePostal', 'Code postal (coord. structure)'),
  kept('codeCommune', 'Code commune (coord. structure)'),
  kept('codePays', 'Code pays (coord. structure)'),
  kept('telephone', 'Téléphone (coord. structure)'),
  kept('telephone2', 'Téléphone 2 (coord. structure)'),
  kept('telecopie', 'Télécopie (coord. structure)'),
  kept('adresseEMail', 'Adresse e-mail (coord. structure)'),
  kept('codeDepartement', 'Code Département (structure)', 'Code département (coord. structure)'),
  kept('ancienIdentifiantDeLaStructure', 'Ancien identifiant de la structure'),
  kept('autoriteDenregistrement', "Autorité d'enregistrement"),
  // 48 columns until 2018, 52 until 2022, then 56.
  sometimes('codeSecteurDactivite', "Code secteur d'activité"),
  sometimes('codeSectionPharmacien', 'Code section tableau pharmaciens'),
  sometimes('codeRole', 'Code rôle'),
  sometimes('codeGenreActivite', 'Code genre activité', "Code genre d'activité"),
];

const personOfSmallFile = [
  ...identity,
  kept('nomDexercice', "Nom d'exercice"),
  kept('prenomDexercice', "Prénom d'exercice"),
];

/** What each kind of file has in its columns. Labels follow from codes, and data on birth has no use here. */
export const fileColumns: Readonly<Record<FileKind, FileColumns>> = {
  personne_activite: {
    fileName: /^PS[_-]LibreAcces[_-]Personne[_-]activite/i,
    columns: [
      ...identity,
      ...practice,
      kept('libelleCommune', 'Libellé commune (coord. structure)'),
      unused("Libellé civilité d'exercice"),
      unused('Libellé civilité'),
      unused('Libellé profession'),
      unused('Libellé catégorie professionnelle'),
      unused('Libellé type savoir-faire'),
      unused('Libellé savoir-faire'),
      unused('Libellé mode exercice'),
      unused('Libellé type de voie (coord. structure)'),
      unused('Libellé pays (coord. structure)'),
      unused('Libellé Département (structure)'),
      unused("Libellé secteur d'activité"),
      unused('Libellé section tableau pharmaciens'),
      unused('Libellé rôle'),
      unused('Libellé genre activité'),
    ],
  },
  pro_sante_connect: {
    fileName: /^Extraction[_-]Pro[_-]?sante[_-]?connect/i,
    columns: [
      ...identity,
      ...practice,
      kept('familyName', 'Nom de famille'),
      // Three places joined by apostrophes: who reads the register takes the first (domain/given-name.ts).
      kept('givenName', 'Prénoms'),
      kept('phone', 'Téléphone (coord. correspondance)'),
      kept('mail', 'Adresse e-mail (coord. correspondance)'),
      sometimes('otherIdentifiers', 'Autres identifiants'),
      unused('Date de naissance'),
      unused('Code commune de naissance'),
      unused('Code pays de naissance'),
      unused('Lieu de naissance'),
      unused('Code sexe'),
    ],
  },
  savoir_faire: {
    fileName: /^PS[_-]LibreAcces[_-]SavoirFaire/i,
    columns: [
      ...personOfSmallFile,
      kept('codeProfession', 'Code profession'),
      unused('Libellé profession'),
      kept('codeCategorieProfessionnelle', 'Code catégorie professionnelle'),
      unused('Libellé catégorie professionnelle'),
      kept('codeTypeSavoirFaire', 'Code type savoir-faire'),
      unused('Libellé type savoir-faire'),
      kept('codeSavoirFaire', 'Code savoir-faire'),
      unused('Libellé savoir-faire'),
    ],
  },
  dipl_autexerc: {
    fileName: /^PS[_-]LibreAcces[_-]Dipl[_-]AutExerc/i,
    columns: [
      ...identity,
      unused("Nom d'exercice"),
      unused("Prénom d'exercice"),
      kept('codeTypeDiplome', 'Code type diplôme obtenu'),
      unused('Libellé type diplôme obtenu'),
      kept('codeDiplome', 'Code diplôme obtenu'),
      kept('libelleDiplome', 'Libellé diplôme obtenu'),
      kept('codeTypeAutorisation', 'Code type autorisation'),
      unused('Libellé type autorisation'),
      kept('codeDisciplineAutorisation', 'Code discipline autorisation'),
      kept('libelleDisciplineAutorisation', 'Libellé discipline autorisation'),
    ],
  },
  // Headers of the file of 2026; the second names are those of a public reader of 2018 (flrt/ref-rpps-ne).
  mssante: {
    fileName: /^Extraction[_-]Correspondance[_-]MSSante/i,
    columns: [
      kept('typeBal', 'Type de BAL', 'Type BAL', 'type_bal'),
      kept('adresseBal', 'Adresse BAL', 'adresse_bal'),
      kept('nationalId', 'Identification nationale PP', 'identification_nationale_pp'),
      sometimes('identifierType', 'Type Identifiant PP', "Type d'identifiant PP", 'type_identifiant_pp'),
      sometimes('identifier', 'Identifiant PP', 'identifiant_pp'),
      kept('typeIdentifiantStructure', 'Type identifiant structure', 'type_identifiant_structure'),
      kept('identificationStructure', 'Identification Structure', 'identification_structure'),
      kept('serviceRattachement', 'Service de rattachement', 'service_rattachement'),
      kept('raisonSociale', 'Raison Sociale structure BAL', 'Raison sociale', 'raison_sociale'),
      kept('dematerialisation', 'Dématérialisation', 'dematerialisation'),
      unused("Civilité d'exercice", 'civilite_exercice'),
      unused("Nom d'exercice", 'nom_exercice'),
      unused("Prénom d'exercice", 'prenom_exercice'),
      unused('Catégorie profession', 'cat_profession'),
      unused('Libellé de catégorie profession', 'libelle_cat'),
      unused('Code Profession', 'code_profession'),
      unused('Libellé Profession', 'libelle_profession'),
      unused('Code savoir-faire', 'code_savoir_faire'),
      unused('Libellé savoir-faire', 'libelle_savoir_faire'),
      unused('Enseigne commerciale structure BAL', 'enseigne'),
      unused('L2COMPLEMENTLOCALISATION structure BAL', 'L2COMPLEMENTLOCALISATION', 'complement_localisation'),
      unused('L3COMPLEMENTDISTRIBUTION structure BAL', 'L3COMPLEMENTDISTRIBUTION', 'complement_distribution'),
      unused('L4NUMEROVOIE structure BAL', 'L4NUMEROVOIE', 'numero_voie'),
      unused('L4COMPLEMENTNUMEROVOIE structure BAL', 'L4COMPLEMENTNUMEROVOIE', 'complement_numero_voie'),
      unused('NL4TYPEVOIE structure BAL', 'NL4TYPEVOIE', 'type_voie'),
      unused('L4LIBELLEVOIE structure BAL', 'L4LIBELLEVOIE', 'libelle_voie'),
      unused('L5LIEUDITMENTION structure BAL', 'L5LIEUDITMENTION', 'lieudit_mention'),
      unused('L6LIGNEACHEMINEMENT structure BAL', 'L6LIGNEACHEMINEMENT', 'ligne_acheminement'),
      unused('Code postal structure BAL', 'Code postal', 'code_postal'),
      unused('Département structure BAL', 'Département', 'departement'),
      unused('Pays structure BAL', 'Pays', 'pays'),
    ],
  },
  // The headers of cards are those that public readers of the file name (2026), and the ANS's own description of it. The
  // rest of the file, and which of the identity columns it has, is our reading: who has the file must look once.
  porteurs: {
    fileName: /^Porteurs[_-]CPS[_-]CPF/i,
    columns: [
      sometimes('nationalId', 'Identification nationale PP'),
      sometimes('identifierType', "Type d'identifiant PP", 'Type identifiant PP'),
      kept('identifier', 'Identifiant PP', 'N° RPPS', 'Numéro RPPS', 'RPPS'),
      kept('typeCarte', 'Code type de carte', 'Code type carte', 'Type de carte', 'Type carte'),
      kept('numeroCarte', 'Numéro carte', 'Numéro de carte', 'N° carte', 'N° de carte'),
      kept('debutValidite', 'Date début validité', 'Date de début de validité', 'Date début de validité'),
      kept('finValidite', 'Date fin validité', 'Date de fin de validité', 'Date fin de validité'),
      kept('dateOpposition', 'Date opposition', "Date d'opposition"),
      kept('dateMiseAJour', 'Date de mise à jour', 'Date mise à jour'),
      sometimes('cardNationalId', 'Identifiant national contenu dans la carte'),
      unused('Libellé type de carte', 'Libellé type carte'),
      unused("Nom d'exercice"),
      unused("Prénom d'exercice"),
      unused('Code civilité'),
      unused('Libellé civilité'),
      unused("Code civilité d'exercice"),
      unused("Libellé civilité d'exercice"),
      unused('Code profession'),
      unused('Libellé profession'),
      unused('Code catégorie professionnelle'),
      unused('Libellé catégorie professionnelle'),
    ],
  },
  adeli_rpps: {
    fileName: /adeli.*rpps|^bascule/i,
    columns: [
      kept('adeli', 'N° ADELI', 'Numéro ADELI', 'ADELI'),
      kept('identifier', 'N° RPPS', 'Numéro RPPS', 'RPPS'),
    ],
  },
};

/** The kinds whose columns are not all known to us: one that we do not know is left aside wherever it is. */
export const openKinds: ReadonlySet<FileKind> = new Set(['porteurs']);
