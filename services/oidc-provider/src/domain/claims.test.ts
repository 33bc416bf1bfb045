import { activitySchema, exerciceSchema, type Professional } from '@psc/contracts';
import { activityFields, exerciceFields } from '@psc/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { type ClaimsGeneration, idTokenClaims, userInfoClaims } from './claims.ts';

const userInfo = (change: Partial<Professional> = {}) =>
  userInfoClaims({ ...camilleLambda, ...change }, 'MOBILE', '2024');
const activity = (columns: object) => activitySchema.parse(columns);
const exercice = (columns: object, ...activities: object[]) =>
  exerciceSchema.parse({ ...columns, activities: activities.map(activity) });

describe('UserInfo, generation 2024', () => {
  it('is, for Camille Lambda by phone, what Pro Santé Connect gives', () => {
    expect(userInfo()).toEqual({
      SubjectNameID: '899700000013',
      preferred_username: '899700000013',
      given_name: 'CAMILLE',
      family_name: 'LAMBDA',
      codeCivilite: 'MME',
      codeGenreActivite: 'GENR01',
      authMode: 'MOBILE',
      otherIds: [{ identifiant: '899700000013', origine: 'RPPS', qualite: 1 }],
      SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
      Secteur_Activite: 'SA07^1.2.250.1.71.4.2.4',
      SubjectOrganization: 'CABINET DR LAMBDA',
      SubjectOrganizationID: 'R900001',
      Mode_Acces_Raison: '',
      Acces_Regulation_Medicale: 'FAUX',
      UITVersion: '1.0',
      Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
      PSI_Locale: '1.2.250.1.213.1.3.1.1',
      SubjectRefPro: {
        codeCivilite: 'MME',
        exercices: [
          {
            codeProfession: '10',
            codeCategorieProfessionnelle: 'C',
            codeCiviliteDexercice: 'DR',
            nomDexercice: 'LAMBDA',
            prenomDexercice: 'CAMILLE',
            codeTypeSavoirFaire: 'S',
            codeSavoirFaire: 'SM26',
            activities: [
              {
                codeModeExercice: 'L',
                codeSecteurDactivite: 'SA07',
                codeSectionPharmacien: '',
                codeRole: '',
                codeGenreActivite: 'GENR01',
                numeroSiretSite: '',
                numeroSirenSite: '',
                numeroFinessSite: '',
                numeroFinessetablissementJuridique: '',
                identifiantTechniqueDeLaStructure: 'R900001',
                raisonSocialeSite: 'CABINET DR LAMBDA',
                enseigneCommercialeSite: '',
                complementDestinataire: 'CABINET DR LAMBDA',
                complementPointGeographique: '',
                numeroVoie: '1',
                indiceRepetitionVoie: '',
                codeTypeDeVoie: 'R',
                libelleVoie: 'DES EXEMPLES',
                mentionDistribution: '',
                bureauCedex: '75009 PARIS',
                codePostal: '75009',
                codeCommune: '',
                codePays: '99000',
                telephone: '',
                telephone2: '',
                telecopie: '',
                adresseEMail: '',
                codeDepartement: '',
                ancienIdentifiantDeLaStructure: '499700000013005',
                autoriteDenregistrement: 'CNOM/CNOM/CNOM',
              },
            ],
          },
        ],
      },
    });
  });

  it('names every profession once and describes the first place of work', () => {
    const claims = userInfo({
      exercices: [
        exercice({ codeProfession: '60' }),
        exercice(
          { codeProfession: '50' },
          { codeSecteurDactivite: 'SA01', identifiantTechniqueDeLaStructure: 'F010000001' },
          { codeSecteurDactivite: 'SA08', raisonSocialeSite: 'AUTRE' },
        ),
        exercice({ codeProfession: '60' }),
      ],
    });
    expect(claims.SubjectRole).toEqual(['60^1.2.250.1.213.1.1.5.5', '50^1.2.250.1.213.1.1.5.5']);
    expect(claims.Secteur_Activite).toBe('SA01^1.2.250.1.71.4.2.4');
    expect(claims.SubjectOrganizationID).toBe('F010000001');
    expect(claims.SubjectOrganization).toBe('');
    expect(claims.SubjectRefPro.exercices.map(({ activities }) => activities.length)).toEqual([0, 2, 0]);
  });

  it('falls back on the shop sign of a place without a company name', () => {
    const pharmacy = { enseigneCommercialeSite: 'PHARMACIE DU PORT' };
    expect(userInfo({ exercices: [exercice({}, pharmacy)] }).SubjectOrganization).toBe('PHARMACIE DU PORT');
  });

  it('is empty strings and empty lists, never null, for somebody without activity or profession', () => {
    for (const exercices of [[], [exercice({})]]) {
      const claims = userInfo({ exercices, otherIds: [] });
      expect(claims).toMatchObject({
        SubjectRole: [],
        Secteur_Activite: '',
        SubjectOrganization: '',
        SubjectOrganizationID: '',
        codeGenreActivite: '',
        otherIds: [],
      });
      expect(JSON.stringify(claims)).not.toMatch(/null|undefined/);
    }
  });

  it('gives all 30 keys of an activity and the 7 of an exercice, and nothing else of the record', () => {
    const record = { ...activity({}), dateDeNaissance: '1970-01-01' };
    const claims = userInfo({ exercices: [{ ...exercice({}), activities: [record] }] });
    const [given] = claims.SubjectRefPro.exercices;
    expect(Object.keys(given?.activities[0] ?? {})).toEqual([...activityFields]);
    expect(activityFields).toHaveLength(30);
    expect(Object.keys(given ?? {})).toEqual([...exerciceFields, 'activities']);
  });
});

describe('the claims of the ID token', () => {
  it('are the identity and the means, without e-mail nor full name', () => {
    expect(idTokenClaims(camilleLambda, 'CARD')).toEqual({
      SubjectNameID: '899700000013',
      preferred_username: '899700000013',
      given_name: 'CAMILLE',
      family_name: 'LAMBDA',
      authMode: 'CARD',
    });
  });
});

describe('UserInfo of earlier years', () => {
  const topLevel = (generation: ClaimsGeneration) =>
    Object.keys(userInfoClaims(camilleLambda, 'CARD', generation)).sort();
  const lasting = [
    'Acces_Regulation_Medicale',
    'Mode_Acces_Raison',
    'PSI_Locale',
    'Palier_Authentification',
    'Secteur_Activite',
    'SubjectNameID',
    'SubjectOrganization',
    'SubjectOrganizationID',
    'SubjectRefPro',
    'SubjectRole',
    'UITVersion',
    'family_name',
    'given_name',
    'preferred_username',
  ];

  it.each([
    ['2021', ['email_verified']],
    ['2023', ['authMode', 'email_verified', 'otherIds']],
    ['2024', ['authMode', 'codeCivilite', 'codeGenreActivite', 'otherIds']],
  ] as const)('%s has what it had then, and %j', (generation, own) => {
    expect(topLevel(generation)).toEqual([...lasting, ...own].sort());
  });

  it.each(['2021', '2023'] as const)(
    '%s: the e-mail is not verified, an activity has 29 keys',
    (generation) => {
      const claims = userInfoClaims(camilleLambda, 'MOBILE', generation);
      expect(claims).toMatchObject({ email_verified: false, SubjectRefPro: { codeCivilite: 'MME' } });
      const [place] = claims.SubjectRefPro.exercices.flatMap(({ activities }) => activities);
      const [newest] = userInfo().SubjectRefPro.exercices.flatMap(({ activities }) => activities);
      expect(Object.keys(place ?? {})).toHaveLength(29);
      expect({ ...place, codeGenreActivite: 'GENR01' }).toEqual(newest);
    },
  );
});

describe('a national identifier', () => {
  const ids = [
    ['899700000013', 'RPPS', 1],
    ['0759999998', 'ADELI', 1],
    ['30B0270001/CPET00001', 'FINESS', 1],
    ['599999999900017/CPAT00045', 'SIRET', 1],
    ['0a1b2c3d-0000-4000-8000-000000000001', 'PSI', 2],
    ['ANS20231122132732', 'EDIT', 1],
  ] as const;

  it.each(ids)('%s is told as it is, as one of %s', (identifiant, origine, qualite) => {
    const person = {
      ...camilleLambda,
      nationalId: identifiant,
      otherIds: [{ identifiant, origine, qualite }],
    };
    for (const claims of [userInfoClaims(person, 'CARD', '2024'), idTokenClaims(person, 'CARD')]) {
      expect(claims).toMatchObject({ SubjectNameID: identifiant, preferred_username: identifiant });
    }
    expect(userInfoClaims(person, 'CARD', '2024').otherIds).toEqual([{ identifiant, origine, qualite }]);
  });

  it('comes with every other one of the same person', () => {
    const otherIds = ids.map(([identifiant, origine, qualite]) => ({ identifiant, origine, qualite }));
    expect(userInfo({ otherIds }).otherIds).toEqual(otherIds);
  });
});

describe('whatever the register holds', () => {
  const column = fc.oneof(fc.constant(''), fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme' }));
  /** What the register may hold besides leaves with nobody. */
  const besides = fc.record(
    { dateDeNaissance: fc.constant('secret'), mail: fc.constant(null) },
    { requiredKeys: [] },
  );
  const columns = <Name extends string>(names: readonly Name[]) =>
    fc
      .tuple(fc.record(Object.fromEntries(names.map((name) => [name, column]))), besides)
      .map(([known, more]) => ({ ...known, ...more }));
  const activities = fc.array(columns(activityFields), { maxLength: 6 });
  const exercices = fc.array(
    fc.tuple(columns(exerciceFields), activities).map(([own, places]) => ({ ...own, activities: places })),
    { maxLength: 4 },
  );
  const professional = fc.record({
    nationalId: fc.string({ minLength: 1, maxLength: 64 }),
    status: fc.constantFrom('active', 'inactive'),
    familyName: column,
    givenName: column,
    codeCivilite: column,
    otherIds: fc.array(fc.record({ identifiant: fc.string(), origine: fc.string(), qualite: fc.nat(2) }), {
      maxLength: 5,
    }),
    exercices,
  });
  const generations = ['2021', '2023', '2024'] as const;

  it('every claim is there, none is null, lists are lists, and nothing else leaves', () => {
    fc.assert(
      fc.property(professional, fc.constantFrom('CARD', 'MOBILE'), (record, authMode) => {
        // The columns were generated by their names, whose types `fromEntries` forgets.
        const person = record as unknown as Professional;
        for (const generation of generations) {
          const claims = userInfoClaims(person, authMode as 'CARD', generation);
          const text = JSON.stringify(claims);
          // Nothing is lost on the way: an absent value would be.
          expect(JSON.parse(text)).toEqual(claims);
          expect(valuesOf(claims)).not.toContain(null);
          expect(text).not.toContain('dateDeNaissance');
          expect(Object.keys(claims)).toEqual(Object.keys(userInfoClaims(camilleLambda, 'CARD', generation)));
          expect(claims.SubjectRole.every((role) => role.endsWith('^1.2.250.1.213.1.1.5.5'))).toBe(true);
          expect(new Set(claims.SubjectRole).size).toBe(claims.SubjectRole.length);
          const { exercices: told } = claims.SubjectRefPro;
          expect(told).toHaveLength(person.exercices.length);
          for (const [at, exercice] of told.entries()) {
            expect(Object.keys(exercice)).toEqual([...exerciceFields, 'activities']);
            expect(exercice.activities).toHaveLength(person.exercices[at]?.activities.length ?? -1);
            for (const place of exercice.activities) {
              expect(Object.keys(place)).toHaveLength(generation === '2024' ? 30 : 29);
              expect(Object.values(place).every((value) => typeof value === 'string')).toBe(true);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the same record gives the same claims, and is left as it was', () => {
    fc.assert(
      fc.property(professional, (record) => {
        const person = record as unknown as Professional;
        const before = structuredClone(person);
        const once = userInfoClaims(person, 'CARD', '2024');
        expect(userInfoClaims(person, 'CARD', '2024')).toEqual(once);
        expect(person).toEqual(before);
      }),
    );
  });

  function valuesOf(value: unknown): unknown[] {
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(valuesOf) : [value];
  }
});
