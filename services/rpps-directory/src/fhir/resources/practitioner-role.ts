import type { PractitionerRole } from '@medplum/fhirtypes';
import { pharmacistSectionTableOf, roleTableOf } from '@psc/nomenclatures';
import type { Mailbox } from '#src/domain/person.ts';
import { identifierSystems } from './canonicals.ts';
import { mailboxOf } from './mailbox.ts';
import { authorityOf, metaOf } from './meta.ts';
import type { PublishedPerson } from './practitioner.ts';
import { type Situation, situationsOf } from './situation.ts';
import { identifiersOfStructure } from './structure.ts';
import { codingOf, conceptOf, known, list } from './values.ts';

/** The id of a role begins with the one of its person, so that it is found without an index of roles. */
const ROLE_ID = /^(\d{1,18})-([0-9a-f]{16})$/;

function roleId(personId: string, key: string): string {
  return `${personId}-${key}`;
}

export function parseRoleId(id: string): { readonly personId: string; readonly key: string } | undefined {
  const [, personId, key] = ROLE_ID.exec(id) ?? [];
  return personId === undefined || key === undefined ? undefined : { personId, key };
}

/** as-dp-practitionerrole, one for each situation. Those of who left have their identifier alone. */
export function rolesOf(published: PublishedPerson): PractitionerRole[] {
  return situationsOf(published.person).map((situation) =>
    published.person.active
      ? roleOf(published, situation)
      : formerRole(published.id, situation.key, published.updatedAt),
  );
}

function roleOf({ id, person, updatedAt }: PublishedPerson, situation: Situation): PractitionerRole {
  const { activity, structure, key } = situation;
  return {
    resourceType: 'PractitionerRole',
    id: roleId(id, key),
    meta: metaOf('PractitionerRole', {
      updatedAt,
      system: 'RPPS',
      authority: authorityOf(activity.autoriteDenregistrement, 'activity'),
      conforms: true,
    }),
    language: 'fr',
    identifier: [roleIdentifier(id, key)],
    active: true,
    practitioner: { reference: `Practitioner/${id}` },
    ...(structure ? { organization: { reference: `Organization/${structure.id}` } } : {}),
    ...list('code', codesOf(activity)),
    ...list('telecom', person.mailboxes.filter((mailbox) => isAt(mailbox, situation)).map(mailboxOf)),
  };
}

/** A role that somebody had. */
export function formerRole(personId: string, key: string, updatedAt: Date): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    id: roleId(personId, key),
    meta: metaOf('PractitionerRole', { updatedAt, system: 'RPPS', authority: '', conforms: false }),
    language: 'fr',
    identifier: [roleIdentifier(personId, key)],
    active: false,
  };
}

/**
 * The public profile asks for the number of the situation in the RPPS, which no extract holds: the value is ours, and the
 * same as the id. It is not the ANS's number.
 */
function roleIdentifier(personId: string, key: string) {
  return { system: identifierSystems.RPPS, value: roleId(personId, key) };
}

/** The slices genreActivite, modeExercice, fonction and metierPharmacien. */
function codesOf(activity: Situation['activity']) {
  return known([
    conceptOf([codingOf('R22', activity.codeGenreActivite)]),
    conceptOf([codingOf('R23', activity.codeModeExercice)]),
    conceptOf([codingOf(roleTableOf(activity.codeRole), activity.codeRole)]),
    conceptOf([
      codingOf(pharmacistSectionTableOf(activity.codeSectionPharmacien), activity.codeSectionPharmacien),
    ]),
  ]);
}

/** A mailbox of the person that belongs to the place of this situation. */
function isAt({ identificationStructure }: Mailbox, { structure }: Situation): boolean {
  return (
    structure !== undefined &&
    identificationStructure !== '' &&
    identifiersOfStructure(structure).includes(identificationStructure)
  );
}
