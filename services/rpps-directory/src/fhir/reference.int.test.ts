import { describe, expect, it } from 'vitest';
import { annuaireSante, verdicts } from '#src/testing/annuaire-sante.ts';
import { complaintsAbout } from '#src/testing/fhir-profiles.ts';
import { fhirReference } from '#src/testing/fhir-reference.ts';
import { capabilityStatement } from './resources/capability.ts';

const statement = capabilityStatement('https://directory.example/fhir/v2');
const here = new Map(statement.rest?.[0]?.resource?.map((resource) => [resource.type, resource]));

describe('the CapabilityStatement beside the one of the Annuaire Santé', () => {
  it('is valid', () => expect(complaintsAbout(statement)).toEqual([]));

  it.each(Object.entries(annuaireSante))(
    '%s: has each parameter, with its type, or a reason why not',
    (type, there) => {
      const ours = here.get(type as 'Practitioner');
      if (!ours) return expect(verdicts[type]?.[type]).toMatch(/^not: /);
      const parameters = Object.fromEntries(
        ours.searchParam?.map(({ name, type: kind }) => [name, kind]) ?? [],
      );
      expect(parameters).toEqual(there.parameters);
      for (const name of [...Object.keys(parameters), ...there.include, ...there.revInclude])
        expect.soft(verdicts[type]?.[name], `${type} ${name}`).toMatch(/^(same|not: |accepted)/);
      for (const name of there.revInclude)
        expect
          .soft(ours.searchRevInclude?.includes(name), name)
          .toBe(!verdicts[type]?.[name]?.startsWith('not: '));
      for (const name of there.include) expect.soft(ours.searchInclude, name).toContain(name);
    },
  );

  it('is printed in docs/reference/fhir.md', async () => {
    const text = fhirReference(statement);
    expect(text).not.toContain('no verdict');
    await expect(text).toMatchFileSnapshot('../../../../docs/reference/fhir.md');
  });
});
