import { fuzz } from '@psc/testing/fuzz';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsAbout } from '#src/testing/fhir-profiles.ts';
import { apiKey, type FhirWorld, openFhirWorld } from '#src/testing/fhir-world.ts';
import { cabinet, hospital } from '#src/testing/published.ts';
import { resourceTypes } from './resources/canonicals.ts';
import { parameters } from './search/parameters.ts';

/** Whatever is asked, the answer is a resource and never a failure of ours. */
let world: FhirWorld;
let origin: string;

const names = [...new Set(resourceTypes.flatMap((type) => [...parameters[type].keys()]))];
const values = [
  '899700000013',
  '99700000013',
  'https://rpps.esante.gouv.fr|99700000013',
  'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante|10',
  'LAMBDA',
  '|',
  '||',
  '\\',
  '\\,',
  ',',
  'a,b,c',
  '%',
  '_',
  'true',
  'Practitioner/1',
  'ge2020-01-01',
  'ap9999-12-31T23:59:59.999+14:00',
  'lt0000',
  '0001',
  '9'.repeat(40),
  '*',
  'PractitionerRole:organization',
];

beforeAll(async () => {
  world = await openFhirWorld();
  await world.imports('personne_activite', {
    '899700000013': [
      { nomDexercice: 'LAMBDA', codeProfession: '10', ...cabinet },
      { nomDexercice: 'LAMBDA', codeProfession: '10', ...hospital },
    ],
  });
  origin = await world.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => world?.close());

describe('any request', () => {
  it('over a socket, byte for byte, brings no failure', async () => {
    const headers = { 'esante-api-key': apiKey };
    const statuses = await fuzz({
      origin,
      endpoints: [
        ...resourceTypes.map((type) => ({
          method: 'GET',
          path: `/fhir/v2/${type}`,
          as: 'query' as const,
          good: { _count: '1', active: 'true', identifier: '899700000013' },
          headers,
        })),
        ...resourceTypes.map((type) => ({
          method: 'POST',
          path: `/fhir/v2/${type}/_search`,
          as: 'form' as const,
          good: { _id: '1', _include: '*', _elements: 'name' },
          headers,
        })),
        { method: 'GET', path: '/fhir/v2/_page', as: 'query', good: { id: 's1.k1.AAAA' }, headers },
        { method: 'GET', path: '/fhir/v2/Practitioner/1', as: 'query', good: { _format: 'json' }, headers },
      ],
      names: [
        ...names,
        'family:exact',
        'name:contains',
        'identifier:of-type',
        '_include',
        '_revinclude',
        '_count',
        '_total',
        '_elements',
        '_format',
        'id',
      ],
      values,
      headers: [{ prefer: 'handling=strict' }, { accept: 'application/fhir+xml' }, { 'if-none-match': '*' }],
    });
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 406]));
    expect(statuses.has(429)).toBe(false);
  });

  it('of any parameters with any values is a bundle or an outcome, valid and at once', async () => {
    const statuses = new Map<number, number>();
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...values) },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
      { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => `ge${date.toISOString()}`) },
    );
    const name = fc.tuple(
      fc.constantFrom(...names, '_total', '_count', 'unknown'),
      fc.constantFrom('', '', '', ':contains', ':exact', ':of-type', ':not'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...resourceTypes),
        fc.array(fc.tuple(name, value), { maxLength: 5 }),
        async (type, asked) => {
          const query = new URLSearchParams(
            asked.map(([[plain, modifier], each]): [string, string] => [plain + modifier, each]),
          );
          const response = await world.get(`/${type}?${query}`);
          statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1);
          expect(response.statusCode, `${type}?${query}`).toBeLessThan(500);
          expect(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
          expect(complaintsAbout(response.json())).toEqual([]);
        },
      ),
      { seed: 20_261_122, numRuns: 400, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
    expect([...statuses.keys()].sort()).toEqual([200, 400]);
  });
});
