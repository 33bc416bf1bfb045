import type { Bundle, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base, type FhirWorld, openFhirWorld } from '#src/testing/fhir-world.ts';
import { cabinet, generalPractitioner, hospital } from '#src/testing/published.ts';
import { resourceTypes } from './resources/canonicals.ts';
import { type AnyResource, type Parameter, parameters } from './search/parameters.ts';
import type { Token } from './search/values.ts';

/** The database may find too much, and never too little: each resource is found by every value that it has. */
let world: FhirWorld;

const camille = '899700000013';
const [doctor] = generalPractitioner.exercices;
if (!doctor) throw new Error('the people of the tests have changed');
const practice = {
  codeCivilite: 'MME',
  codeProfession: doctor.codeProfession,
  codeCategorieProfessionnelle: doctor.codeCategorieProfessionnelle,
  codeCiviliteDexercice: doctor.codeCiviliteDexercice,
  nomDexercice: doctor.nomDexercice,
  prenomDexercice: doctor.prenomDexercice,
  codeTypeSavoirFaire: 'S',
  codeSavoirFaire: 'SM26',
};
/** What a pattern, a separator or a fold would trip over. */
const awkward = {
  ...hospital,
  identifiantTechniqueDeLaStructure: 'F0B0057993',
  numeroFinessSite: '0B0057993',
  ancienIdentifiantDeLaStructure: '',
  raisonSocialeSite: '100 % _SANTÉ_, "ŒUVRE" \\ $',
  enseigneCommercialeSite: "L'ŒIL-DE-BŒUF",
  libelleVoie: "DE L'ÎLE, 2_B",
  autoriteDenregistrement: 'ARS/CPAM/CPAM',
};

beforeAll(async () => {
  world = await openFhirWorld();
  await world.imports('personne_activite', {
    [camille]: [
      { ...practice, ...cabinet },
      { ...practice, ...hospital },
    ],
    '00B6077602': [{ ...practice, codeProfession: '26', nomDexercice: 'ØMEGA', ...awkward }],
    '899700000021': [
      {
        ...practice,
        nomDexercice: "D'ÉTÉ-ŁUKASZ 2",
        codeProfession: '21',
        ...awkward,
        codeSectionPharmacien: 'A',
      },
      // Newer than our tables, or in none.
      { ...practice, codeProfession: '77', codeSavoirFaire: 'SM999', ...hospital, codeRole: 'FON-99' },
    ],
    '899700000039': [{ ...practice, ...cabinet }],
  });
  await world.imports('dipl_autexerc', {
    [camille]: [...generalPractitioner.diplomas, ...generalPractitioner.authorisations],
    '899700000021': [
      { codeTypeDiplome: 'DE', codeDiplome: 'DE99' },
      { codeTypeDiplome: 'AU', codeDiplome: 'x, y' },
    ],
  });
  await world.imports('porteurs', { [camille]: generalPractitioner.cards });
  await world.imports('mssante', {
    [camille]: generalPractitioner.mailboxes,
    'structure:0B0057993': [{ typeBal: 'ORG', adresseBal: 'A_%b+c@mssante.example' }],
  });
  // Who left, and a place that was left, have few values.
  await world.imports('personne_activite', {
    '899700000039': undefined,
    [camille]: [{ ...practice, ...cabinet }],
  });
});
afterAll(() => world?.close());

const escaped = (text = '') => text.replaceAll(/[\\,|$]/g, '\\$&');

/** Every way of asking for a value. */
function* waysOf<Of>(parameter: Parameter<Of>, resource: Of): Generator<[name: string, value: string]> {
  const { name } = parameter;
  switch (parameter.type) {
    case 'token':
      for (const token of parameter.of(resource)) for (const value of tokensAsked(token)) yield [name, value];
      if (parameter.modifiers.length > 0)
        for (const { code, type } of parameter.of(resource))
          if (type?.system && type.code)
            yield [`${name}:of-type`, `${type.system}|${type.code}|${escaped(code)}`];
      return;
    case 'string':
      for (const text of parameter.of(resource)) {
        yield [name, escaped(text)];
        yield [name, escaped(text.toLowerCase())];
        yield [name, escaped([...text].slice(0, 3).join(''))];
        yield [`${name}:exact`, escaped(text)];
        yield [`${name}:contains`, escaped([...text].slice(1).join(''))];
        yield [name, `nobody at all,${escaped(text)}`];
      }
      return;
    case 'reference':
      for (const reference of parameter.of(resource)) {
        yield [name, reference];
        yield [name, `${base}/${reference}`];
        yield [name, reference.split('/')[1] ?? ''];
      }
      return;
    case 'date':
      for (const moment of parameter.of(resource))
        for (const value of [moment, `ge${moment}`, `le${moment}`, moment.slice(0, 10), moment.slice(0, 4)])
          yield [name, value];
  }
}

function* tokensAsked({ system, code }: Token): Generator<string> {
  yield escaped(code);
  yield escaped(code?.toLowerCase());
  yield `${escaped(system)}|${escaped(code)}`;
  if (system) yield `${escaped(system)}|`;
}

async function search(
  type: string,
  query: [string, string][],
): Promise<{ found: Resource[]; total: unknown }> {
  const response = await world.get(`/${type}?${new URLSearchParams(query)}`);
  const bundle: Bundle = response.json();
  const found = (bundle.entry ?? []).flatMap(({ resource, search: how }) =>
    resource && how?.mode === 'match' ? [resource] : [],
  );
  return { found, total: bundle.total };
}

describe.each(resourceTypes)('each %s', (type) => {
  it('is found by every value that it has, and counted', async () => {
    const { found: all } = await search(type, [['_count', '200']]);
    expect(all.length).toBeGreaterThan(3);
    const missed: string[] = [];
    let asked = 0;
    // The parameters are those of the type of the resource, which a list of types cannot express.
    for (const resource of all)
      for (const parameter of parameters[type].values())
        for (const way of waysOf(parameter as Parameter<AnyResource>, resource as AnyResource)) {
          asked++;
          const { found } = await search(type, [way, ['_count', '200']]);
          const { total } = await search(type, [way, ['_count', '0']]);
          if (!found.some(({ id }) => id === resource.id)) missed.push(`${resource.id} by ${way.join('=')}`);
          if (total !== found.length) missed.push(`${total} instead of ${found.length} by ${way.join('=')}`);
        }
    expect(missed).toEqual([]);
    expect(asked).toBeGreaterThan(50);
  });
});
