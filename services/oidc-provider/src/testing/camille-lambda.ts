import { type Professional, professionalSchema } from '@psc/contracts';

/** Camille Lambda, the fictitious GP of every example, as the register describes her. */
export const camilleLambda: Professional = professionalSchema.parse({
  nationalId: '899700000013',
  status: 'active',
  familyName: 'LAMBDA',
  givenName: 'CAMILLE',
  codeCivilite: 'MME',
  otherIds: [{ identifiant: '899700000013', origine: 'RPPS', qualite: 1 }],
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
          codeGenreActivite: 'GENR01',
          identifiantTechniqueDeLaStructure: 'R900001',
          raisonSocialeSite: 'CABINET DR LAMBDA',
          complementDestinataire: 'CABINET DR LAMBDA',
          numeroVoie: '1',
          codeTypeDeVoie: 'R',
          libelleVoie: 'DES EXEMPLES',
          bureauCedex: '75009 PARIS',
          codePostal: '75009',
          codePays: '99000',
          ancienIdentifiantDeLaStructure: '499700000013005',
          autoriteDenregistrement: 'CNOM/CNOM/CNOM',
        },
      ],
    },
  ],
});
