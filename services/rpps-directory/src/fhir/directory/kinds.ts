import type { PractitionerRole } from '@medplum/fhirtypes';
import type { Queryable } from '@psc/datastores';
import type { ResourceType } from '../resources/canonicals.ts';
import { organizationOf } from '../resources/organization.ts';
import { practitionerOf } from '../resources/practitioner.ts';
import { formerRole, parseRoleId, rolesOf } from '../resources/practitioner-role.ts';
import type { ResourceOf } from '../search/parameters.ts';
import type { Filter } from '../search/parse-search.ts';
import { type Conditions, createConditions, type Narrowing } from './conditions.ts';
import {
  type Moment,
  narrowPractitioners,
  narrowRoles,
  narrowStructures,
  TOLD_FOR_MS,
  tellablePeople,
  tellableStructures,
} from './narrow.ts';
import { type ListedRow, type PersonAndFormerRoles, readFormerRoles, readPeople } from './people.postgres.ts';
import { readStructures, type StructureRow } from './structures.postgres.ts';

type Row = ListedRow | StructureRow;

/** How one type of resource is listed, found, and made of the rows of its list. */
export interface Kind<Type extends ResourceType> {
  /** The table of the list, by its alias; its column `id` orders it. */
  readonly table: 'listed_people p' | 'published_structures s';
  readonly tellable: (conditions: Conditions, now: number) => Narrowing;
  readonly narrow: (filter: Filter<ResourceOf[Type]>, conditions: Conditions, moment: Moment) => Narrowing;
  /** The row that a resource of this id is made of; undefined when no resource has such an id. */
  readonly rowOf: (id: string) => string | undefined;
  /** Those of each row, in the order of the rows, and for each row in the order of their ids. */
  readonly resources: (
    postgres: Queryable,
    rows: readonly Row[],
    now: number,
  ) => Promise<readonly (readonly ResourceOf[Type][])[]>;
}

const personId = (id: string) => (/^[1-9]\d{0,17}$/.test(id) ? id : undefined);

export const kinds: { readonly [Type in ResourceType]: Kind<Type> } = {
  Practitioner: {
    table: 'listed_people p',
    tellable: tellablePeople,
    narrow: narrowPractitioners,
    rowOf: personId,
    resources: async (postgres, rows) =>
      inOrder(
        rows,
        await readPeople(postgres, asPeople(rows)),
        ({ id }) => id,
        (person) => [practitionerOf(person)],
      ),
  },
  PractitionerRole: {
    table: 'listed_people p',
    tellable: tellablePeople,
    narrow: narrowRoles,
    rowOf: (id) => personId(parseRoleId(id)?.personId ?? ''),
    async resources(postgres, rows, now) {
      const people = await readPeople(postgres, asPeople(rows));
      const all = await readFormerRoles(postgres, people, new Date(now - TOLD_FOR_MS));
      return inOrder(rows, all, ({ published }) => published.id, allRolesOf);
    },
  },
  Organization: {
    table: 'published_structures s',
    tellable: tellableStructures,
    narrow: narrowStructures,
    rowOf: (id) => (/^[0-9a-f]{16}$/.test(id) ? id : undefined),
    resources: async (postgres, rows) =>
      // The rows are those of the table that this kind has.
      (await readStructures(postgres, rows as readonly StructureRow[])).map((structure) => [
        organizationOf(structure),
      ]),
  },
};

/** The rows of a list, from one on. Which they are, an index may tell alone; the rest is read of those only. */
export async function listRows(
  postgres: Queryable,
  { table }: Pick<Kind<ResourceType>, 'table'>,
  narrowing: (conditions: Conditions) => Narrowing,
  { from, limit }: { readonly from?: string | undefined; readonly limit: number },
): Promise<Row[]> {
  const conditions = createConditions();
  const { sql } = narrowing(conditions);
  const people = table === 'listed_people p';
  const id = people ? 'p.id' : 's.id';
  const columns = people
    ? 'p.id, p.national_id, p.updated_at'
    : 's.id, s.kind, s.active, s.updated_at, s.row';
  const begun =
    from === undefined ? '' : ` AND ${id} >= ${conditions.param(from)}::${people ? 'bigint' : 'text'}`;
  const { rows } = await postgres.query<Row & { id: string }>(
    `SELECT ${columns}
     FROM (SELECT ${id} FROM ${table} WHERE ${sql}${begun} ORDER BY ${id} LIMIT ${limit}) AS found (id)
     JOIN ${table} ON ${id} = found.id ORDER BY ${id}`,
    conditions.values,
  );
  return rows;
}

function asPeople(rows: readonly Row[]): readonly ListedRow[] {
  // The rows are those of the table that the kinds of people have.
  return rows as readonly ListedRow[];
}

function inOrder<Found, Resource>(
  rows: readonly Row[],
  found: readonly Found[],
  idOf: (found: Found) => string,
  resourcesOf: (found: Found) => readonly Resource[],
): (readonly Resource[])[] {
  const known = new Map(found.map((each) => [idOf(each), each]));
  return rows.map(({ id }) => {
    const each = known.get(id);
    return each === undefined ? [] : resourcesOf(each);
  });
}

/** Those that they have, and those that ended not long ago. */
function allRolesOf({ published, former }: PersonAndFormerRoles): PractitionerRole[] {
  const roles = rolesOf(published);
  const known = new Set(roles.map(({ id }) => id));
  const ended = former
    .map(({ key, leftAt }) => formerRole(published.id, key, leftAt))
    .filter(({ id }) => !known.has(id));
  return [...roles, ...ended].toSorted((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
}
