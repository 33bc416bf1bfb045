import { type ActivityField, activityFields } from '@psc/kernel';
import { civilNames } from './civil-names.ts';
import {
  type Described,
  identifiersOf,
  isActive,
  isKnown,
  type PracticeRow,
  practiceOf,
  presentRows,
} from './described.ts';
import { hasActivity, hasExercice } from './exercices.ts';
import type { OtherId } from './identifier.ts';
import type { StoredRow } from './stored-rows.ts';

/**
 * A person of the register, as nouns: what the FHIR face and the search index read. Give only what the public files say
 * (`onlyPublished`) to answer the public.
 */
export interface Person {
  readonly nationalId: string;
  /** All of them, the national one first. */
  readonly identifiers: readonly OtherId[];
  readonly active: boolean;
  readonly codeCivilite: string;
  /** Civil names; the names of practice, the only public ones, are in `exercices`. */
  readonly familyName: string;
  readonly givenName: string;
  readonly exercices: readonly PractisedProfession[];
  readonly diplomas: readonly Diploma[];
  readonly authorisations: readonly Authorisation[];
  readonly mailboxes: readonly Mailbox[];
  readonly cards: readonly Card[];
}

/** One profession in one category. */
export interface PractisedProfession {
  readonly codeProfession: string;
  readonly codeCategorieProfessionnelle: string;
  readonly codeCiviliteDexercice: string;
  readonly nomDexercice: string;
  readonly prenomDexercice: string;
  readonly savoirFaire: readonly SavoirFaire[];
  /** Each one once, whatever the savoir-faire: the file repeats them for each. */
  readonly activities: readonly PlacedActivity[];
}

export interface SavoirFaire {
  readonly codeTypeSavoirFaire: string;
  readonly codeSavoirFaire: string;
}

/** An activity, and its city, which only the public file names. */
export type PlacedActivity = Readonly<Record<ActivityField | 'libelleCommune', string>>;

type DiplomaRow = StoredRow<'dipl_autexerc'>;
export type Diploma = Pick<DiplomaRow, 'codeTypeDiplome' | 'codeDiplome' | 'libelleDiplome'>;
export type Authorisation = Pick<
  DiplomaRow,
  'codeTypeAutorisation' | 'codeDisciplineAutorisation' | 'libelleDisciplineAutorisation'
>;
export type Mailbox = StoredRow<'mssante'>;
export type Card = StoredRow<'porteurs'>;

export function describePerson(described: Described): Person | undefined {
  if (!isKnown(described)) return undefined;
  const practised = practiceOf(described);
  const qualifications = presentRows(described, 'dipl_autexerc');
  return {
    nationalId: described.nationalId,
    identifiers: identifiersOf(described),
    active: isActive(described),
    codeCivilite: practised.rows[0]?.codeCivilite ?? '',
    ...civilNames(described, practised),
    exercices: groupProfessions(practised.rows, presentRows(described, 'savoir_faire')),
    diplomas: once(
      qualifications
        .map(({ codeTypeDiplome, codeDiplome, libelleDiplome }) => ({
          codeTypeDiplome,
          codeDiplome,
          libelleDiplome,
        }))
        .filter(saysSomething),
    ),
    authorisations: once(
      qualifications
        .map(({ codeTypeAutorisation, codeDisciplineAutorisation, libelleDisciplineAutorisation }) => ({
          codeTypeAutorisation,
          codeDisciplineAutorisation,
          libelleDisciplineAutorisation,
        }))
        .filter(saysSomething),
    ),
    mailboxes: once(presentRows(described, 'mssante')),
    cards: once(presentRows(described, 'porteurs')),
  };
}

/** What may be told to anybody: all but the restricted file, and what it alone declares. */
export function onlyPublished({ said, ...described }: Described): Described {
  const { pro_sante_connect: _, ...published } = said;
  return { ...described, said: published, others: [], lastImported: 'personne_activite' };
}

/**
 * Somebody as anybody may know them: active while the last public file shows them, whatever the others say. An ADELI number too:
 * once it left that file it still logs in, but who opposes publication leaves it in the same way as who moved to RPPS.
 */
export function describePublished(described: Described): Person | undefined {
  const { personne_activite } = described.said;
  const person = personne_activite && describePerson(onlyPublished(described));
  return person && { ...person, active: personne_activite.present };
}

/**
 * The file SavoirFaire completes the professions that a person practises; it opens none, since one that the practice does not
 * have has ended.
 */
function groupProfessions(
  rows: readonly PracticeRow[],
  more: readonly StoredRow<'savoir_faire'>[],
): PractisedProfession[] {
  const professions = new Map<string, PractisedProfession & Grouped>();
  for (const row of rows) {
    if (!hasExercice(row)) continue;
    const profession = professions.get(professionKey(row)) ?? begin(row);
    professions.set(professionKey(row), profession);
    addSavoirFaire(profession, row);
    if (!hasActivity(row)) continue;
    const key = activityFields.map((field) => row[field]).join('|');
    if (!profession.seen.has(key)) profession.activities.push(placedActivity(row));
    profession.seen.add(key);
  }
  for (const row of more) {
    const profession = professions.get(professionKey(row));
    if (profession) addSavoirFaire(profession, row);
  }
  return [...professions.values()].map(({ seen: _, ...profession }) => profession);
}

interface Grouped {
  readonly savoirFaire: SavoirFaire[];
  readonly activities: PlacedActivity[];
  readonly seen: Set<string>;
}

function professionKey(row: { codeProfession: string; codeCategorieProfessionnelle: string }): string {
  return `${row.codeProfession}|${row.codeCategorieProfessionnelle}`;
}

/** What is said of a profession twice (its civility, its names) is believed the first time. */
function begin(row: PracticeRow): PractisedProfession & Grouped {
  return {
    codeProfession: row.codeProfession,
    codeCategorieProfessionnelle: row.codeCategorieProfessionnelle,
    codeCiviliteDexercice: row.codeCiviliteDexercice,
    nomDexercice: row.nomDexercice,
    prenomDexercice: row.prenomDexercice,
    savoirFaire: [],
    activities: [],
    seen: new Set(),
  };
}

function addSavoirFaire(to: Grouped, { codeTypeSavoirFaire, codeSavoirFaire }: SavoirFaire): void {
  const known = to.savoirFaire.some(
    (each) => each.codeTypeSavoirFaire === codeTypeSavoirFaire && each.codeSavoirFaire === codeSavoirFaire,
  );
  if (known || (codeTypeSavoirFaire === '' && codeSavoirFaire === '')) return;
  to.savoirFaire.push({ codeTypeSavoirFaire, codeSavoirFaire });
}

function placedActivity(row: PracticeRow): PlacedActivity {
  // A loop, as in `parseRows`.
  const placed: Partial<Record<keyof PlacedActivity, string>> = { libelleCommune: row.libelleCommune };
  for (const field of activityFields) placed[field] = row[field];
  // It has exactly the fields of an activity.
  return placed as PlacedActivity;
}

function saysSomething(row: Readonly<Record<string, string>>): boolean {
  return Object.values(row).some((value) => value !== '');
}

/** The same row of a file twice is one thing. */
function once<Row extends Readonly<Record<string, string>>>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [Object.values(row).join('|'), row])).values()];
}
