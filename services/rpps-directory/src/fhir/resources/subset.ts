import type { AnyResource } from '../search/parameters.ts';

/** Always there: what says which resource it is, and what its profile cannot be without. */
const kept = ['resourceType', 'id', 'meta', 'identifier', 'active', 'practitioner'];

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'Resource encoded in summary mode',
};

/** `_elements`: the elements that were asked for, and a tag that says that there is more. */
export function subsetOf<Resource extends AnyResource>(
  resource: Resource,
  elements: readonly string[] | undefined,
): Resource {
  if (elements === undefined) return resource;
  const wanted = new Set([...kept, ...elements]);
  const subset = Object.fromEntries(Object.entries(resource).filter(([name]) => wanted.has(name)));
  // No element that is left out is one that every resource of the type must have.
  return { ...subset, meta: { ...resource.meta, tag: [SUBSETTED] } } as Resource;
}
