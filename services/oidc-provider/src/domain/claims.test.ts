import { activitySchema, exerciceSchema, type Professional } from '@psc/contracts';
import { activityFields, exerciceFields } from '@psc/kernel';
import { describe, expect, it } from 'vitest';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { identityClaims, userInfoClaims } from './claims.ts';

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
    expect(identityClaims(camilleLambda, 'CARD')).toEqual({
      SubjectNameID: '899700000013',
      preferred_username: '899700000013',
      given_name: 'CAMILLE',
      family_name: 'LAMBDA',
      authMode: 'CARD',
    });
  });
});
