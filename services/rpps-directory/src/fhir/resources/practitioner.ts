import type {
  Extension,
  HumanName,
  Identifier,
  Practitioner,
  PractitionerQualification,
} from '@medplum/fhirtypes';
import { conceptOf as nosConcept, professionTableOf, savoirFaireTableOf } from '@psc/nomenclatures';
import type { Authorisation, Card, Diploma, Person } from '#src/domain/person.ts';
import { extensions } from './canonicals.ts';
import { mailboxOf } from './mailbox.ts';
import { authorityOf, metaOf } from './meta.ts';
import {
  codingOf,
  conceptOf,
  conceptPart,
  extensionOf,
  identifierOf,
  known,
  list,
  periodPart,
  stringPart,
  textOf,
} from './values.ts';

/** A person that the public files show, or showed, and since when what they say is the same. */
export interface PublishedPerson {
  readonly id: string;
  readonly person: Person;
  readonly updatedAt: Date;
}

/** as-dp-practitioner. Who left keeps the identifiers alone: enough to take a copy away. */
export function practitionerOf(published: PublishedPerson): Practitioner {
  const { id, person } = published;
  const identifiers = identifiersOf(person);
  const common = {
    resourceType: 'Practitioner' as const,
    id,
    meta: practitionerMeta(published),
    language: 'fr',
    ...list('identifier', identifiers),
    active: person.active,
  };
  if (!person.active) return common;
  return {
    ...common,
    ...list('extension', [...person.cards.map(smartcard), ...person.authorisations.map(authorization)]),
    ...list('name', [nameOf(person)]),
    ...list('telecom', person.mailboxes.map(mailboxOf)),
    ...list('qualification', qualificationsOf(person)),
  };
}

function practitionerMeta({ person, updatedAt }: PublishedPerson) {
  const [activity] = person.exercices.flatMap(({ activities }) => activities);
  return metaOf('Practitioner', {
    updatedAt,
    system: 'RPPS',
    authority: person.active ? authorityOf(activity?.autoriteDenregistrement ?? '', 'person') : '',
    conforms: isOfRpps(person),
  });
}

/** The public profile asks for an RPPS number: others are served under the profile of FR Core alone. */
function isOfRpps({ nationalId }: Pick<Person, 'nationalId'>): boolean {
  return /^8\d{11}$/.test(nationalId);
}

function identifiersOf({ nationalId }: Person): Identifier[] {
  const own = isOfRpps({ nationalId })
    ? identifierOf('RPPS', nationalId.slice(1))
    : /^0[0-9AB]{9}$/.test(nationalId)
      ? identifierOf('ADELI', nationalId.slice(1))
      : undefined;
  return known([identifierOf('IDNPS', nationalId), own]);
}

function nameOf({ codeCivilite, exercices, familyName, givenName }: Person): HumanName | undefined {
  const [exercice] = exercices;
  const family = textOf(exercice?.nomDexercice || familyName);
  const given = textOf(exercice?.prenomDexercice || givenName);
  if (family === undefined && given === undefined) return undefined;
  return {
    use: 'usual',
    ...(family === undefined ? {} : { family }),
    ...list('given', [given]),
    ...list('prefix', [textOf(codeCivilite)]),
    ...list('suffix', [textOf(exercice?.codeCiviliteDexercice ?? '')]),
  };
}

function smartcard({ typeCarte, numeroCarte, debutValidite, finValidite }: Card): Extension | undefined {
  return extensionOf(extensions.smartcard, [
    conceptPart('type', [codingOf('R87', typeCarte)]),
    stringPart('number', numeroCarte),
    periodPart('period', debutValidite, finValidite),
  ]);
}

function authorization(authorisation: Authorisation): Extension | undefined {
  const { codeTypeAutorisation, codeDisciplineAutorisation, libelleDisciplineAutorisation } = authorisation;
  return extensionOf(extensions.authorization, [
    conceptPart('type', [codingOf('R17', codeTypeAutorisation)]),
    conceptPart('field', [codingOf('R18', codeDisciplineAutorisation, libelleDisciplineAutorisation)]),
  ]);
}

/** The slices degree, exercicePro and savoirFaire, in this order. */
function qualificationsOf({ diplomas, exercices }: Person): PractitionerQualification[] {
  const concepts = [
    ...diplomas.map((diploma) =>
      conceptOf([degreeCoding(diploma), codingOf('R14', diploma.codeTypeDiplome)]),
    ),
    ...exercices.map(({ codeProfession, codeCategorieProfessionnelle }) =>
      conceptOf([
        codingOf(professionTableOf(codeProfession), codeProfession),
        codingOf('R09', codeCategorieProfessionnelle),
      ]),
    ),
    ...exercices.flatMap(({ savoirFaire }) =>
      savoirFaire.map(({ codeTypeSavoirFaire, codeSavoirFaire }) =>
        conceptOf([
          codingOf('R04', codeTypeSavoirFaire),
          codingOf(savoirFaireTableOf(codeTypeSavoirFaire, codeSavoirFaire), codeSavoirFaire),
        ]),
      ),
    ),
  ];
  return known(concepts).map((code) => ({ code }));
}

/** Only the French state diplomas (TRE_R48) are in a table of ours: the others have the label of the file, and no system. */
function degreeCoding({ codeTypeDiplome, codeDiplome, libelleDiplome }: Diploma) {
  const isOfState = codeTypeDiplome === 'DE' || nosConcept('R48', codeDiplome) !== undefined;
  return codingOf(isOfState ? 'R48' : undefined, codeDiplome, libelleDiplome);
}
