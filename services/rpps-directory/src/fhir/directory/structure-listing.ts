import type { Organization } from '@medplum/fhirtypes';
import { extensions } from '../resources/canonicals.ts';
import { organizationOf } from '../resources/organization.ts';
import {
  identifiersOfStructure,
  legalEntityOf,
  pick,
  type Structure,
  structureFields,
} from '../resources/structure.ts';
import { fold } from '../search/values.ts';

/** How a structure is kept, and found. */
export interface StructureListing {
  readonly id: string;
  readonly kind: 'site' | 'legal';
  readonly part_of: string | null;
  readonly row: string;
  readonly names: string;
  readonly address: string;
  readonly facets: readonly string[];
}

/** What it is found by is read in the very resource, so that what is found matches. */
export function listingOfStructure(structure: Structure): StructureListing {
  const organization = organizationOf({ structure, active: true, updatedAt: new Date(0), mailboxes: [] });
  const { name, alias = [], address = [] } = organization;
  return {
    id: structure.id,
    kind: structure.kind,
    part_of: legalEntityOf(structure)?.id ?? null,
    row: rowOf(structure),
    names: keys([name, ...alias]),
    address: keys(
      address.flatMap(({ line = [], city, postalCode, country }) => [...line, city, postalCode, country]),
    ),
    facets: [...facetsOf(organization, structure)],
  };
}

/** All that is said of it, as it is kept. */
export function rowOf({ row }: Structure): string {
  return structureFields.map((field) => row[field]).join('|');
}

export function structureOfListing({
  id,
  kind,
  row,
}: Pick<StructureListing, 'id' | 'kind' | 'row'>): Structure {
  const values = row.split('|');
  return {
    id,
    kind,
    row: pick(Object.fromEntries(structureFields.map((field, at) => [field, values[at] ?? '']))),
  };
}

function* facetsOf(
  { identifier = [], type = [], meta }: Organization,
  structure: Structure,
): Generator<string> {
  for (const { value, type: kind } of identifier) {
    yield `identifier:${value}`;
    yield `identifier-type:${kind?.coding?.[0]?.code}`;
  }
  for (const { coding = [] } of type) for (const { code } of coding) yield `type:${code}`;
  const trace = meta?.extension?.find(({ url }) => url === extensions.dataTrace);
  for (const { valueCode, valueCodeableConcept } of trace?.extension ?? [])
    yield valueCode === undefined
      ? `authority:${valueCodeableConcept?.coding?.[0]?.code}`
      : `system:${valueCode}`;
  for (const each of identifiersOfStructure(structure)) yield `mailbox-of:${each}`;
}

/** A line feed before each, so that the beginning of one can be looked for. */
function keys(values: readonly (string | undefined)[]): string {
  return values.map((value) => `\n${fold('name', value ?? '')}`).join('');
}
