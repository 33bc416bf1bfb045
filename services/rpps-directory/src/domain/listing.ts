import { departmentOf } from './department.ts';
import { type Described, isActive } from './described.ts';
import { beginningOf, joinWords, nameKey, wordsOf } from './name-key.ts';
import { describePerson, onlyPublished, type Person } from './person.ts';

/** What people can be searched by, beside their names; the codes are those of the nomenclatures. */
export const facetNames = [
  'profession',
  'category',
  'savoir-faire-type',
  'savoir-faire',
  'department',
  // `Identifiant technique de la structure`.
  'structure',
  'sector',
  'mode',
  'role',
  'genre',
  'section',
  // Each part of `CNOM/CNOM/ARS`.
  'authority',
  'diploma',
  'diploma-type',
  'authorisation',
  'mailbox',
  'card',
  'card-type',
] as const;
export type FacetName = (typeof facetNames)[number];

/** `profession:10` */
export function facet(name: FacetName, value: string): string {
  return `${name}:${value}`;
}

/** How somebody can be searched for. */
export interface Listing {
  readonly nationalId: string;
  readonly active: boolean;
  /** Undefined when no public file ever showed them. */
  readonly published: boolean | undefined;
  /** Names of practice, by `nameKey`: those of the first profession, and every word of all of them. */
  readonly familyKey: string;
  readonly givenKey: string;
  readonly nameKey: string;
  readonly facets: readonly string[];
  /** Professions, savoir-faire and departments once more, as the index of names holds them: `|p10|sSM26|d75|`. */
  readonly codes: string;
}

/** In the register, somebody has ten at most; more would be a mistake of the file, or an attack on us. */
const MOST_FACETS = 300;

/**
 * Whom a public file has ever shown is listed as the public files say it: the index then serves the public and the other
 * services alike. Whom none ever did, who opposed publication for instance, is listed for the other services only. The
 * names are those of practice, which is how a professional is known; civil ones are not searched by.
 */
export function listingOf(described: Described): Listing | undefined {
  const person = listedPerson(described);
  if (!person) return undefined;
  const [first] = person.exercices;
  const familyKey = nameKey(first?.nomDexercice ?? person.familyName);
  const givenKey = nameKey(first?.prenomDexercice ?? person.givenName);
  const others = person.exercices.flatMap(({ nomDexercice, prenomDexercice }) =>
    wordsOf(nameKey(`${nomDexercice} ${prenomDexercice}`)),
  );
  const facets = facetsOf(person);
  return {
    nationalId: described.nationalId,
    active: isActive(described),
    published: described.said.personne_activite?.present,
    familyKey: beginningOf(familyKey),
    givenKey: beginningOf(givenKey),
    nameKey: joinWords([...new Set([...wordsOf(familyKey), ...wordsOf(givenKey), ...others])]),
    facets,
    codes: codesOf(facets),
  };
}

/** What a search by name can be narrowed by, and the letter of each. */
const codeLetters = { profession: 'p', 'savoir-faire': 's', department: 'd' } as const;
export type CodeName = keyof typeof codeLetters;
/** Of each kind: with all of one, all of the others are kept. */
const MOST_CODES = 20;

/** `|p10|`, as it is in `codes`. */
export function codeListed(name: CodeName, value: string): string {
  return `|${codeLetters[name]}${value}|`;
}

/** Longer ones are in no nomenclature. */
function codesOf(facets: readonly string[]): string {
  const codes = Object.entries(codeLetters).flatMap(([name, letter]) =>
    facets
      .filter((each) => each.startsWith(`${name}:`))
      .map((each) => `${letter}${each.slice(name.length + 1)}`)
      .filter((code) => /^\w{2,11}$/.test(code))
      .slice(0, MOST_CODES),
  );
  return `|${codes.map((code) => `${code}|`).join('')}`;
}

function listedPerson(described: Described): Person | undefined {
  return describePerson(described.said.personne_activite ? onlyPublished(described) : described);
}

/** Somebody as a list of results shows them: enough to choose, and nothing that they are not searched by. */
export interface ListedPerson {
  readonly nationalId: string;
  readonly status: 'active' | 'inactive';
  /** Names of practice. */
  readonly familyName: string;
  readonly givenName: string;
  readonly exercices: readonly {
    readonly codeProfession: string;
    readonly codeCategorieProfessionnelle: string;
    readonly codesSavoirFaire: readonly string[];
  }[];
  readonly departments: readonly string[];
}

const MOST_SHOWN = 20;

export function showListed(described: Described): ListedPerson | undefined {
  const person = listedPerson(described);
  if (!person) return undefined;
  const [first] = person.exercices;
  const departments = person.exercices.flatMap(({ activities }) => activities.map(departmentOf));
  return {
    nationalId: person.nationalId,
    status: isActive(described) ? 'active' : 'inactive',
    familyName: first?.nomDexercice ?? person.familyName,
    givenName: first?.prenomDexercice ?? person.givenName,
    exercices: person.exercices.slice(0, MOST_SHOWN).map((exercice) => ({
      codeProfession: exercice.codeProfession,
      codeCategorieProfessionnelle: exercice.codeCategorieProfessionnelle,
      codesSavoirFaire: exercice.savoirFaire
        .slice(0, MOST_SHOWN)
        .map(({ codeSavoirFaire }) => codeSavoirFaire),
    })),
    departments: [...new Set(departments)].filter((code) => code !== '').slice(0, MOST_SHOWN),
  };
}

function facetsOf({ exercices, diplomas, authorisations, mailboxes, cards }: Person): string[] {
  const found = new Set<string>();
  const add = (name: FacetName, value: string) => {
    if (value !== '' && found.size < MOST_FACETS) found.add(facet(name, value));
  };
  for (const exercice of exercices) {
    add('profession', exercice.codeProfession);
    add('category', exercice.codeCategorieProfessionnelle);
    for (const { codeTypeSavoirFaire, codeSavoirFaire } of exercice.savoirFaire) {
      add('savoir-faire-type', codeTypeSavoirFaire);
      add('savoir-faire', codeSavoirFaire);
    }
    for (const activity of exercice.activities) {
      add('department', departmentOf(activity));
      add('structure', activity.identifiantTechniqueDeLaStructure);
      add('sector', activity.codeSecteurDactivite);
      add('mode', activity.codeModeExercice);
      add('role', activity.codeRole);
      add('genre', activity.codeGenreActivite);
      add('section', activity.codeSectionPharmacien);
      for (const part of activity.autoriteDenregistrement.split('/')) add('authority', part);
    }
  }
  for (const { codeDiplome, codeTypeDiplome } of diplomas) {
    add('diploma', codeDiplome);
    add('diploma-type', codeTypeDiplome);
  }
  for (const { codeTypeAutorisation } of authorisations) add('authorisation', codeTypeAutorisation);
  for (const { adresseBal } of mailboxes) add('mailbox', adresseBal.toLowerCase());
  for (const { numeroCarte, typeCarte } of cards) {
    add('card', numeroCarte);
    add('card-type', typeCarte);
  }
  return [...found];
}
