import { describe, expect, it } from 'vitest';
import { generalPractitioner, hospital } from '#src/testing/published.ts';
import type { ResourceType } from '../resources/canonicals.ts';
import { organizationOf } from '../resources/organization.ts';
import { practitionerOf } from '../resources/practitioner.ts';
import { rolesOf } from '../resources/practitioner-role.ts';
import { structureOf } from '../resources/structure.ts';
import { matches } from './matches.ts';
import type { ResourceOf } from './parameters.ts';
import { type Pair, parseSearch } from './parse-search.ts';

const updatedAt = new Date('2026-11-20T05:00:00.000Z');
const now = Date.parse('2026-11-22T00:00:00Z');
const base = 'https://directory.example/fhir/v2';
const structure = structureOf(hospital);
const published = { id: '4711', person: generalPractitioner, updatedAt };
const practitioner = practitionerOf(published);
const role = rolesOf(published)[1];
if (!structure || !role) throw new Error('the people of the tests have changed');
const organization = organizationOf({ structure, active: true, updatedAt, mailboxes: [] });
const resources: ResourceOf = {
  Practitioner: practitioner,
  PractitionerRole: role,
  Organization: organization,
};

const pairsOf = (query: string): Pair[] => [...new URLSearchParams(query)];

function finds<Type extends ResourceType>(type: Type, query: string): boolean {
  const parsed = parseSearch(type, pairsOf(query), 'strict');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.search.filters.every((filter) => matches<Type>(resources[type], filter, { base, now }));
}

const cases: readonly (readonly [ResourceType, found: readonly string[], notFound: readonly string[]])[] = [
  [
    'Practitioner',
    [
      '',
      '_id=4711',
      '_id=1,4711',
      'active=true',
      'family=lamb',
      'family:exact=LAMBDA',
      'family:contains=mbd',
      'name:family=LAMBDA&name:given=camille',
      'given=CAMILLE',
      'name=dr',
      'name=mme&name=lambda',
      'identifier=99700000013',
      'identifier=https://rpps.esante.gouv.fr|99700000013',
      'identifier=https://rpps.esante.gouv.fr|',
      'identifier:of-type=https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203|IDNPS|899700000013',
      'identifier-type=RPPS',
      'mailbox-mss=Camille.lambda@',
      'mailbox-mss:contains=mssante.example',
      'number-smartcard=28002',
      'type-smartcard=CPS',
      'qualification-code=10',
      'qualification-code=https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale|SM26',
      'qualification-code=10&qualification-code=SM26,SM54',
      'data-information-system=RPPS',
      'data-registration-authority=CNOM',
      '_lastUpdated=2026-11-20',
      '_lastUpdated=ge2026-11-20T05:00:00Z&_lastUpdated=le2026-11',
      '_lastUpdated=ne2025',
      '_lastUpdated=ap2026-11-20T04:00:00',
      '_lastUpdated=sa2026-11-19,eb1999',
    ],
    [
      '_id=4712',
      'active=false',
      'family=AMBDA',
      'family:exact=lambda',
      "family=-'",
      'given=LAMBDA',
      'identifier=|99700000013',
      'identifier=https://rpps.esante.gouv.fr|99700000013|1',
      'identifier=https://rpps.esante.gouv.fr|899700000013',
      'identifier:of-type=https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203|RPPS|899700000013',
      'identifier-type=ADELI',
      'qualification-code=10&qualification-code=SM54',
      'qualification-code=https://mos.esante.gouv.fr/NOS/TRE_R09-CategorieProfessionnelle/FHIR/TRE-R09-CategorieProfessionnelle|10',
      'data-information-system=FINESS',
      'data-registration-authority=ARS',
      '_lastUpdated=gt2026-11-20',
      '_lastUpdated=lt2026-11-20T05:00:00',
    ],
  ],
  [
    'PractitionerRole',
    [
      `_id=${role.id}`,
      `identifier=${role.id}`,
      'practitioner=4711',
      'practitioner=Practitioner/4711',
      `practitioner=${base}/Practitioner/4711`,
      `organization=Organization/${structure.id}`,
      'role=S&role=GENR01&role=FON-33',
      'mailbox-mss=camille',
    ],
    [
      'practitioner=Organization/4711',
      'practitioner=https://elsewhere.example/Practitioner/4711',
      'role=L',
      'organization=1',
    ],
  ],
  [
    'Organization',
    [
      'name=hopital',
      'name:contains=dames',
      'address=25304',
      'address-city=ville-test',
      'address-line=2 fg',
      'address-postalcode=25',
      'identifier=0B0057881',
      'type=GEOGRAPHICAL-ENTITY&type=SA01',
      'data-information-system=FINESS',
      'data-registration-authority=ARS',
      `partof=${organization.partOf?.reference}`,
    ],
    ['name=dames', 'address-city=paris', 'pharmacy-licence=1', 'type=LEGAL-ENTITY', 'mailbox-mss=x'],
  ],
];

describe.each(cases)('a search of %s', (type, found, notFound) => {
  it.each(found)('finds it by %s', (query) => expect(finds(type, query)).toBe(true));
  it.each(notFound)('does not by %s', (query) => expect(finds(type, query)).toBe(false));
});

describe('the parameters of a search', () => {
  const issues = (query: string, handling: 'strict' | 'lenient' = 'lenient') => {
    const parsed = parseSearch('Practitioner', pairsOf(query), handling);
    return parsed.ok ? parsed.search.warnings : parsed.issues;
  };

  it('that nobody knows are left aside and told, or refused when the caller is strict', () => {
    expect(issues('nom=LAMBDA')).toMatchObject([
      { severity: 'warning', code: 'not-supported', parameter: 'nom' },
    ]);
    expect(issues('nom=LAMBDA', 'strict')).toMatchObject([{ severity: 'error', code: 'not-supported' }]);
    expect(issues('_include=Practitioner:organization')).toMatchObject([{ severity: 'warning' }]);
    expect(issues('practitioner.name=x&__proto__=1&constructor=2')).toHaveLength(3);
  });

  it('with a modifier or a value without meaning are refused, since they would find too many', () => {
    for (const query of [
      'family:missing=true',
      'family:exact:exact=A',
      '_lastUpdated=hier',
      '_lastUpdated=2026-13-01',
      '_lastUpdated=2026-02-30',
      '_lastUpdated=lt0000',
      'identifier:of-type=RPPS|99700000013',
      '_count=-1',
      '_count=beaucoup',
      '_total=maybe',
      'family=%00',
      `family=${'x'.repeat(9_000)}`,
      `_id=${Array.from({ length: 101 }, (_, i) => i).join()}`,
    ])
      expect.soft(issues(query), query).toMatchObject([{ severity: 'error' }]);
  });

  it('never come back in what is said of them', () => {
    expect(JSON.stringify(issues('<script>alert(1)</script>=1', 'strict'))).not.toContain('script');
  });

  it('bound what is answered', () => {
    const search = (query: string) => {
      const parsed = parseSearch('Organization', pairsOf(query), 'lenient');
      if (!parsed.ok) throw new Error('refused');
      return parsed.search;
    };
    expect(search('').count).toBe(50);
    expect(search('_count=10000').count).toBe(200);
    expect(search('_include=*').include).toEqual(['Organization:partof']);
    expect(search('_revinclude=PractitionerRole:organization').revInclude).toEqual([
      'PractitionerRole:organization',
    ]);
    expect(search('_elements=name,Organization.address').elements).toEqual(['name', 'address']);
  });

  it('tell commas that part values from commas that are in one', () => {
    const parsed = parseSearch('Organization', [['name', 'a\\,b,c']], 'strict');
    expect(parsed.ok && parsed.search.filters[0]?.alternatives).toEqual(['a\\,b', 'c']);
  });
});
