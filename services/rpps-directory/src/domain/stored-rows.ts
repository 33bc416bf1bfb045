import { activityFields, exerciceFields } from '@psc/kernel';

/**
 * The kinds of file that the register is imported from, each by its names of the ANS:
 * `personne_activite` (PS_LibreAcces_Personne_activite), `savoir_faire` (PS_LibreAcces_SavoirFaire), `dipl_autexerc`
 * (PS_LibreAcces_Dipl_AutExerc), `mssante` (Extraction_Correspondance_MSSante), `porteurs` (Porteurs_CPS_CPF), all public;
 * `pro_sante_connect` (Extraction_ProSanteConnect_Personne_activite), restricted: civil names, other identifiers, contacts;
 * `adeli_rpps` (`N° ADELI;N° RPPS`), who got which RPPS number.
 */
export const fileKinds = [
  'personne_activite',
  'pro_sante_connect',
  'savoir_faire',
  'dipl_autexerc',
  'mssante',
  'porteurs',
  'adeli_rpps',
] as const;
export type FileKind = (typeof fileKinds)[number];

/** Those that tell identifiers of a person beside the national one. */
export const declaringKinds: readonly FileKind[] = ['pro_sante_connect', 'porteurs', 'adeli_rpps'];

const practiceRow = [
  'codeCivilite',
  // Civil names, of the restricted file only; '' in the public one.
  'familyName',
  'givenName',
  ...exerciceFields,
  ...activityFields,
  // Of the public file only: an address of the FHIR face has a city.
  'libelleCommune',
] as const;

/**
 * What is kept of each row, in this order. A new field goes to the end: what was stored before reads '' there. The
 * contact of the restricted file is kept apart, sealed, and identifiers apart too.
 */
export const storedFields = {
  personne_activite: practiceRow,
  pro_sante_connect: practiceRow,
  savoir_faire: [
    'nomDexercice',
    'prenomDexercice',
    'codeProfession',
    'codeCategorieProfessionnelle',
    'codeTypeSavoirFaire',
    'codeSavoirFaire',
  ],
  // The labels too: the diplomas of the world are in no table of ours.
  dipl_autexerc: [
    'codeTypeDiplome',
    'codeDiplome',
    'libelleDiplome',
    'codeTypeAutorisation',
    'codeDisciplineAutorisation',
    'libelleDisciplineAutorisation',
  ],
  mssante: [
    'typeBal',
    'adresseBal',
    'typeIdentifiantStructure',
    'identificationStructure',
    'serviceRattachement',
    'raisonSociale',
    'dematerialisation',
  ],
  porteurs: ['typeCarte', 'numeroCarte', 'debutValidite', 'finValidite', 'dateOpposition', 'dateMiseAJour'],
  adeli_rpps: [],
} as const satisfies Record<FileKind, readonly string[]>;

export type StoredField<Kind extends FileKind> = (typeof storedFields)[Kind][number];
export type StoredRow<Kind extends FileKind> = Readonly<Record<StoredField<Kind>, string>>;

/**
 * Several rows of one subject, as one text: the values joined by `|`, the rows by line feeds, as in the files, which have
 * no quoting. So a value can hold neither.
 */
export function formatRows<Kind extends FileKind>(kind: Kind, rows: readonly StoredRow<Kind>[]): string {
  const fields: readonly StoredField<Kind>[] = storedFields[kind];
  return rows.map((row) => fields.map((field) => row[field]).join('|')).join('\n');
}

export function parseRows<Kind extends FileKind>(kind: Kind, text: string): StoredRow<Kind>[] {
  const fields: readonly string[] = storedFields[kind];
  if (fields.length === 0 || text === '') return [];
  const empty = emptyRows[kind];
  return text.split('\n').map((line) => {
    const values = line.split('|');
    // Every lookup comes here: a copy that is filled takes a third of what `Object.fromEntries` does.
    const row: Record<string, string> = { ...empty };
    let at = 0;
    for (const field of fields) row[field] = values[at++] ?? '';
    // It has exactly the fields of the kind.
    return row as StoredRow<Kind>;
  });
}

const emptyRows = Object.fromEntries(
  fileKinds.map((kind) => [kind, Object.fromEntries(storedFields[kind].map((field) => [field, '']))]),
);
