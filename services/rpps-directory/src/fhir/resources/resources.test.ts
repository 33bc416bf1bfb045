import type { Organization, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import { activityFields } from '@psc/kernel';
import { tables } from '@psc/nomenclatures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Person, PlacedActivity } from '#src/domain/person.ts';
import { complaintsAbout } from '#src/testing/fhir-profiles.ts';
import { generalPractitioner, hospital } from '#src/testing/published.ts';
import { organizationOf } from './organization.ts';
import { practitionerOf } from './practitioner.ts';
import { parseRoleId, rolesOf } from './practitioner-role.ts';
import { situationsOf } from './situation.ts';
import { legalEntityOf, structureOf } from './structure.ts';

const updatedAt = new Date('2026-11-20T05:00:00.000Z');
const published = (person: Person) => ({ id: '4711', person, updatedAt });
const systems = (values: readonly { system?: string; value?: string }[] = []) =>
  Object.fromEntries(values.map(({ system, value }) => [system, value]));

describe('a person of the register as a Practitioner', () => {
  const practitioner = practitionerOf(published(generalPractitioner));

  it('is valid as R4 and as the public profile', () => {
    expect(complaintsAbout(practitioner)).toEqual([]);
    expect(practitioner.meta?.profile).toEqual([
      'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner',
      'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-dp-practitioner',
    ]);
  });

  it('has the national identifier and the RPPS number, and the names of practice', () => {
    expect(systems(practitioner.identifier)).toEqual({
      'urn:oid:1.2.250.1.71.4.2.1': '899700000013',
      'https://rpps.esante.gouv.fr': '99700000013',
    });
    expect(practitioner.name).toEqual([
      { use: 'usual', family: 'LAMBDA', given: ['CAMILLE'], prefix: ['MME'], suffix: ['DR'] },
    ]);
  });

  it('has the diploma, the profession and the savoir-faire as three qualifications', () => {
    const codes = practitioner.qualification?.map(({ code }) =>
      code.coding?.map(({ system, code: value }) => `${system?.replace(/.*\//, '')}#${value}`),
    );
    expect(codes).toEqual([
      ['TRE-R48-DiplomeEtatFrancais#DE05', 'TRE-R14-TypeDiplome#DE'],
      ['TRE-G15-ProfessionSante#10', 'TRE-R09-CategorieProfessionnelle#C'],
      ['TRE-R04-TypeSavoirFaire#S', 'TRE-R38-SpecialiteOrdinale#SM26'],
    ]);
  });

  it('has the card without the day it was opposed, the authorisation, and the mailbox as a secure one', () => {
    const text = JSON.stringify(practitioner);
    expect(text).not.toContain('opposition');
    expect(practitioner.extension?.map(({ url }) => url.replace(/.*\//, ''))).toEqual([
      'as-ext-smartcard',
      'as-ext-practitioner-authorization',
    ]);
    expect(practitioner.extension?.[0]?.extension?.at(-1)).toEqual({
      url: 'period',
      valuePeriod: { start: '2025-02-21', end: '2028-02-21' },
    });
    expect(practitioner.telecom).toMatchObject([
      {
        system: 'email',
        value: 'camille.lambda@pro.mssante.example',
        extension: [{ valueCoding: { code: 'MSSANTE' } }, {}],
      },
    ]);
  });

  it('who left has the identifiers alone', () => {
    const former = practitionerOf(published({ ...generalPractitioner, active: false }));
    expect(complaintsAbout(former)).toEqual([]);
    expect(Object.keys(former).sort()).toEqual([
      'active',
      'id',
      'identifier',
      'language',
      'meta',
      'resourceType',
    ]);
    expect(former).toMatchObject({ active: false, identifier: practitioner.identifier });
  });

  it('without RPPS number does not say to conform to a profile that asks for one', () => {
    const adeli = practitionerOf(published({ ...generalPractitioner, nationalId: '00B6077602' }));
    expect(adeli.meta?.profile).toEqual([
      'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner',
    ]);
    expect(systems(adeli.identifier)).toMatchObject({ 'https://adeli.esante.gouv.fr': '0B6077602' });
    expect(complaintsAbout(adeli)).toEqual([]);
  });
});

describe('an activity as a PractitionerRole', () => {
  const [cabinet, atHospital] = rolesOf(published(generalPractitioner));

  it('is valid as R4 and as the public profile', () => {
    expect([cabinet, atHospital].flatMap((role) => (role ? complaintsAbout(role) : ['missing']))).toEqual([]);
  });

  it('leads to the person and to the structure', () => {
    expect(atHospital).toMatchObject({
      active: true,
      practitioner: { reference: 'Practitioner/4711' },
      organization: { reference: `Organization/${structureOf(hospital)?.id}` },
    });
  });

  it('has the kind, the way, the function and the mailbox of this place', () => {
    expect(atHospital?.code?.map(({ coding }) => coding?.[0]?.code)).toEqual(['GENR01', 'S', 'FON-33']);
    expect(atHospital?.telecom).toMatchObject([{ value: 'camille.lambda@pro.mssante.example' }]);
    expect(cabinet?.telecom).toBeUndefined();
  });

  it('keeps its id when the telephone of the place changes, and has another one elsewhere', () => {
    const moved = (change: Partial<PlacedActivity>) => {
      const [exercice, ...others] = generalPractitioner.exercices;
      if (!exercice) throw new Error('no exercice');
      const activities = exercice.activities.map((activity) => ({ ...activity, ...change }));
      return situationsOf({ exercices: [{ ...exercice, activities }, ...others] }).map(({ key }) => key);
    };
    expect(moved({ telephone: '+33639980999' })).toEqual(
      situationsOf(generalPractitioner).map(({ key }) => key),
    );
    const elsewhere = moved({ identifiantTechniqueDeLaStructure: 'F0B0057999' });
    expect(new Set([...elsewhere, ...situationsOf(generalPractitioner).map(({ key }) => key)]).size).toBe(4);
  });

  it('has an id that tells the person', () => {
    expect(parseRoleId(atHospital?.id ?? '')?.personId).toBe('4711');
    for (const id of [
      '',
      '4711',
      '4711-',
      '4711-xyz',
      `x-${'0'.repeat(16)}`,
      `${'9'.repeat(19)}-${'0'.repeat(16)}`,
    ])
      expect(parseRoleId(id)).toBeUndefined();
  });
});

describe('a structure as an Organization', () => {
  const structure = structureOf(hospital);
  if (!structure) throw new Error('no structure');
  const organization = organizationOf({ structure, active: true, updatedAt, mailboxes: [] });

  it('is valid as R4 and as the public profile', () => {
    expect(complaintsAbout(organization)).toEqual([]);
    expect(organization.meta?.profile).toHaveLength(2);
  });

  it('has its numbers, its names, its address with its parts, and the entity it belongs to', () => {
    expect(systems(organization.identifier)).toEqual({
      'urn:oid:1.2.250.1.71.4.2.2': '10B0057881',
      'https://finess.esante.gouv.fr': '0B0057881',
      'https://rppsrang.esante.gouv.fr': 'F0B0057881',
    });
    expect(organization).toMatchObject({
      name: 'HOPITAL DES 3 DAMES',
      address: [
        {
          line: ['2 FG SAINT ETIENNE', 'CS 10329'],
          city: 'VILLE-TEST CEDEX',
          postalCode: '25304',
        },
      ],
      partOf: { reference: `Organization/${legalEntityOf(structure)?.id}` },
    });
    expect(organization.type?.map(({ coding }) => coding?.[0]?.code)).toEqual([
      'GEOGRAPHICAL-ENTITY',
      'SA01',
    ]);
  });

  it('where nobody practises any more has its identifiers and its name alone', () => {
    const former = organizationOf({ structure, active: false, updatedAt, mailboxes: [] });
    expect(complaintsAbout(former)).toEqual([]);
    expect(Object.keys(former).sort()).toEqual([
      'active',
      'id',
      'identifier',
      'language',
      'meta',
      'name',
      'resourceType',
    ]);
  });

  it('that is known by its FINESS number alone is a legal entity', () => {
    const entity = legalEntityOf(structure);
    if (!entity) throw new Error('no legal entity');
    const legal = organizationOf({ structure: entity, active: true, updatedAt, mailboxes: [] });
    expect(complaintsAbout(legal)).toEqual([]);
    expect(legal.type?.[0]?.coding?.[0]?.code).toBe('LEGAL-ENTITY');
  });
});

describe('whatever the files say', () => {
  const text = fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ' ',
        '  a  b ',
        'É',
        '"',
        '99132',
        '31/02/2026',
        '2026-02-30',
        '01/01/0000',
        'Variable/a',
      ),
    },
  );
  const codeOf = (table: keyof typeof tables) =>
    fc.oneof(fc.constantFrom('', ...tables[table].byCode.keys()), text);
  const record = <Field extends string>(
    fields: readonly Field[],
    known: Partial<Record<Field, fc.Arbitrary<string>>> = {},
  ) =>
    fc
      .tuple(...fields.map((field) => known[field] ?? text))
      .map(
        (values) =>
          Object.fromEntries(fields.map((field, at) => [field, values[at]])) as Record<Field, string>,
      );
  const day = fc
    .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  const person: fc.Arbitrary<Person> = fc.record({
    nationalId: fc.oneof(fc.constantFrom('899700000013', '00B6077602', '30B0057881/CPET0002'), fc.uuid()),
    identifiers: fc.constant([]),
    active: fc.boolean(),
    codeCivilite: fc.oneof(fc.constantFrom('M', 'MME'), text),
    familyName: text,
    givenName: text,
    exercices: fc.array(
      fc.record({
        codeProfession: codeOf('G15'),
        codeCategorieProfessionnelle: codeOf('R09'),
        codeCiviliteDexercice: codeOf('R11'),
        nomDexercice: text,
        prenomDexercice: text,
        savoirFaire: fc.array(
          record(['codeTypeSavoirFaire', 'codeSavoirFaire'], {
            codeTypeSavoirFaire: codeOf('R04'),
            codeSavoirFaire: codeOf('R38'),
          }),
          { maxLength: 2 },
        ),
        activities: fc.array(
          record([...activityFields, 'libelleCommune'], {
            codeModeExercice: codeOf('R23'),
            codeSecteurDactivite: codeOf('R02'),
            codeRole: codeOf('R21'),
            codeGenreActivite: codeOf('R22'),
            codeSectionPharmacien: codeOf('G05'),
          }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 2 },
    ),
    diplomas: fc.array(
      record(['codeTypeDiplome', 'codeDiplome', 'libelleDiplome'], { codeDiplome: codeOf('R48') }),
      { maxLength: 2 },
    ),
    authorisations: fc.array(
      record(['codeTypeAutorisation', 'codeDisciplineAutorisation', 'libelleDisciplineAutorisation']),
      { maxLength: 2 },
    ),
    mailboxes: fc.array(
      record(
        [
          'typeBal',
          'adresseBal',
          'typeIdentifiantStructure',
          'identificationStructure',
          'serviceRattachement',
          'raisonSociale',
          'dematerialisation',
        ],
        { adresseBal: fc.oneof(text, fc.emailAddress()) },
      ),
      { maxLength: 2 },
    ),
    cards: fc.array(
      record(
        ['typeCarte', 'numeroCarte', 'debutValidite', 'finValidite', 'dateOpposition', 'dateMiseAJour'],
        {
          debutValidite: fc.oneof(day, text),
          finValidite: fc.oneof(day, text),
        },
      ),
      { maxLength: 2 },
    ),
  });

  it('every resource is valid as R4, and as the profile that it says to conform to', () => {
    const made: Record<string, number> = {};
    fc.assert(
      fc.property(person, (each) => {
        const structures = situationsOf(each).flatMap(({ structure }) => {
          const legal = structure && legalEntityOf(structure);
          return [...(structure ? [structure] : []), ...(legal ? [legal] : [])];
        });
        const resources: (Practitioner | PractitionerRole | Organization)[] = [
          practitionerOf(published(each)),
          ...rolesOf(published(each)),
          ...structures.map((structure) =>
            organizationOf({ structure, active: each.active, updatedAt, mailboxes: each.mailboxes }),
          ),
        ];
        for (const resource of resources) {
          made[resource.resourceType] = (made[resource.resourceType] ?? 0) + 1;
          expect(complaintsAbout(resource)).toEqual([]);
        }
      }),
      { seed: 20_261_122, numRuns: 150 },
    );
    expect(made).toMatchObject({
      Practitioner: expect.any(Number),
      PractitionerRole: expect.any(Number),
      Organization: expect.any(Number),
    });
  });
});

describe('the validator', () => {
  it('complains of what the public profile forbids', () => {
    const practitioner = practitionerOf(published(generalPractitioner));
    const spoilt: Practitioner[] = [
      { ...practitioner, gender: 'female' },
      { ...practitioner, identifier: practitioner.identifier?.slice(0, 1) ?? [] },
      { ...practitioner, telecom: [{ system: 'phone', value: '+33639980001' }] },
      { ...practitioner, name: [{ family: 'A' }, { family: 'B' }] },
    ];
    expect(spoilt.map((each) => complaintsAbout(each).length > 0)).toEqual(spoilt.map(() => true));
  });
});
