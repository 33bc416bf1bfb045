import type { Organization, PractitionerRole } from '@medplum/fhirtypes';
import type { Queryable } from '@psc/datastores';
import type { ResourceType } from '../resources/canonicals.ts';
import type { AnyResource, ResourceOf } from '../search/parameters.ts';
import type { Search } from '../search/parse-search.ts';
import { allOf, type Conditions, type Narrowing } from './conditions.ts';
import type { Included } from './directory.ts';
import { type Kind, kinds, listRows } from './kinds.ts';

/** An answer holds so many besides those found. */
const MOST_INCLUDED = 1_000;

export async function findIncluded<Type extends ResourceType>(
  postgres: Queryable,
  { type, include, revInclude }: Search<Type>,
  found: readonly ResourceOf[Type][],
  now: number,
): Promise<Included> {
  const included = new Map<string, AnyResource>();
  let incomplete = false;

  /** All that the rows under a condition make, or those of it that are wanted. */
  async function add<Other extends ResourceType>(
    other: Other,
    condition: (param: Conditions['param']) => string,
    isWanted: (resource: ResourceOf[Other]) => boolean = () => true,
  ): Promise<void> {
    const kind: Kind<Other> = kinds[other];
    const narrowing = (conditions: Conditions): Narrowing =>
      allOf([kind.tellable(conditions, now), { sql: condition(conditions.param), exact: true }]);
    const rows = await listRows(postgres, kind, narrowing, { limit: MOST_INCLUDED + 1 });
    const resources = (await kind.resources(postgres, rows, now)).flat().filter(isWanted);
    if (rows.length > MOST_INCLUDED) incomplete = true;
    for (const resource of resources) {
      if (included.size === MOST_INCLUDED) incomplete = true;
      else included.set(`${other}/${resource.id}`, resource);
    }
  }

  const ids = found.flatMap(({ id }) => id ?? []);
  const references = referencesOf(type, found);
  if (ids.length === 0) return { resources: [], incomplete };
  for (const each of include) {
    if (each === 'PractitionerRole:organization' || each === 'Organization:partof')
      await add('Organization', (param) => `s.id = ANY(${param(references.organizations)}::text[])`);
    if (each === 'PractitionerRole:practitioner')
      await add('Practitioner', (param) => `p.id = ANY(${param(references.practitioners)}::bigint[])`);
  }
  for (const each of revInclude) {
    if (each === 'Organization:partof')
      await add('Organization', (param) => `s.part_of = ANY(${param(ids)}::text[])`);
    const theirs = new Set(ids.map((id) => `${type}/${id}`));
    if (each === 'PractitionerRole:practitioner')
      await add(
        'PractitionerRole',
        (param) => `p.id = ANY(${param(ids)}::bigint[])`,
        // One that ended refers to nobody.
        ({ practitioner }) => theirs.has(practitioner?.reference ?? ''),
      );
    if (each === 'PractitionerRole:organization')
      await add(
        'PractitionerRole',
        (param) => `p.national_id IN (SELECT national_id FROM published_roles
          WHERE left_at IS NULL AND structure_id = ANY(${param(ids)}::text[]))`,
        ({ organization }) => theirs.has(organization?.reference ?? ''),
      );
  }
  for (const id of ids) included.delete(`${type}/${id}`);
  return { resources: [...included.values()], incomplete };
}

function referencesOf(type: ResourceType, found: readonly AnyResource[]) {
  // What was found is all of the type that was searched.
  const roles = (type === 'PractitionerRole' ? found : []) as readonly PractitionerRole[];
  const organizations = (type === 'Organization' ? found : []) as readonly Organization[];
  return {
    practitioners: idsIn(roles.map(({ practitioner }) => practitioner?.reference)),
    organizations: idsIn([
      ...roles.map(({ organization }) => organization?.reference),
      ...organizations.map(({ partOf }) => partOf?.reference),
    ]),
  };
}

function idsIn(references: readonly (string | undefined)[]): string[] {
  return [...new Set(references.flatMap((reference) => reference?.split('/')[1] ?? []))];
}
