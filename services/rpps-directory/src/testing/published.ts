import { activityFields } from '@psc/kernel';
import type { Person, PlacedActivity } from '#src/domain/person.ts';

/** People and places of the register as the public files show them, all fictitious. */

const nowhere: PlacedActivity = Object.fromEntries(
  [...activityFields, 'libelleCommune'].map((field) => [field, '']),
) as PlacedActivity;

export const hospital: PlacedActivity = {
  ...nowhere,
  codeModeExercice: 'S',
  codeSecteurDactivite: 'SA01',
  codeRole: 'FON-33',
  codeGenreActivite: 'GENR01',
  numeroFinessSite: '0B0057881',
  numeroFinessetablissementJuridique: '0B0057800',
  identifiantTechniqueDeLaStructure: 'F0B0057881',
  raisonSocialeSite: 'HOPITAL DES 3 DAMES',
  numeroVoie: '2',
  codeTypeDeVoie: 'FG',
  libelleVoie: 'SAINT ETIENNE',
  mentionDistribution: 'CS 10329',
  bureauCedex: '25304 VILLE-TEST CEDEX',
  codePostal: '25304',
  codeCommune: '25462',
  telephone: '+33639980101',
  ancienIdentifiantDeLaStructure: '10B0057881',
  autoriteDenregistrement: 'CNOM/CNOM/ARS',
};

export const cabinet: PlacedActivity = {
  ...nowhere,
  codeModeExercice: 'L',
  codeSecteurDactivite: 'SA07',
  codeRole: 'FON-01',
  codeGenreActivite: 'GENR01',
  identifiantTechniqueDeLaStructure: 'R99700000013000',
  raisonSocialeSite: 'CABINET DU DR LAMBDA',
  numeroVoie: '1',
  codeTypeDeVoie: 'R',
  libelleVoie: 'DE LA PAIX',
  codePostal: '75002',
  libelleCommune: 'Paris',
  autoriteDenregistrement: 'CNOM/CNOM/CNOM',
};

export const generalPractitioner: Person = {
  nationalId: '899700000013',
  identifiers: [],
  active: true,
  codeCivilite: 'MME',
  familyName: 'LAMBDA',
  givenName: 'CAMILLE',
  exercices: [
    {
      codeProfession: '10',
      codeCategorieProfessionnelle: 'C',
      codeCiviliteDexercice: 'DR',
      nomDexercice: 'LAMBDA',
      prenomDexercice: 'CAMILLE',
      savoirFaire: [{ codeTypeSavoirFaire: 'S', codeSavoirFaire: 'SM26' }],
      activities: [cabinet, hospital],
    },
  ],
  diplomas: [{ codeTypeDiplome: 'DE', codeDiplome: 'DE05', libelleDiplome: 'DE Docteur en médecine' }],
  authorisations: [
    { codeTypeAutorisation: 'AM01', codeDisciplineAutorisation: 'DAUT01', libelleDisciplineAutorisation: '' },
  ],
  mailboxes: [
    {
      typeBal: 'PER',
      adresseBal: 'camille.lambda@pro.mssante.example',
      typeIdentifiantStructure: '1',
      identificationStructure: '0B0057881',
      serviceRattachement: 'Urgences',
      raisonSociale: 'HOPITAL DES 3 DAMES',
      dematerialisation: 'O',
    },
  ],
  cards: [
    {
      typeCarte: 'CPS',
      numeroCarte: '2800262487',
      debutValidite: '21/02/2025',
      finValidite: '21/02/2028',
      dateOpposition: '01/03/2026',
      dateMiseAJour: '22/02/2025',
    },
  ],
};
