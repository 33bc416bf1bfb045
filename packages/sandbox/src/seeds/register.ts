import { type Activity, activitySchema, type Exercice, exerciceSchema } from '@psc/contracts';
import { amend, type Person, type PersonFields } from './person.ts';

/**
 * The sandbox's people. All of them are fictitious, their numbers are in the test ranges (RPPS 997…, letters in FINESS
 * numbers) and have their Luhn keys. Whoever they look like, it is by chance.
 */
export const seededPeople: readonly Person[] = [
  // A general practitioner, in her own practice and one day a week in a hospital.
  seed('899700000013', 'MME', 'CAMILLE', 'LAMBDA', '1234', {
    exercices: [
      physician(
        'CAMILLE',
        'LAMBDA',
        ownPractice('CABINET DR LAMBDA', '99700000013000', {
          codeSecteurDactivite: 'SA07',
          numeroVoie: '1',
          codeTypeDeVoie: 'R',
          libelleVoie: 'DES EXEMPLES',
          bureauCedex: '75009 PARIS',
          codePostal: '75009',
          autoriteDenregistrement: 'CNOM/CNOM/CNOM',
        }),
        inHospital({ autoriteDenregistrement: 'CNOM/CNOM/ARS' }),
      ),
    ],
  }),

  // A pharmacist who owns her dispensary.
  seed('899700000021', 'MME', 'NADIA', 'BENHADDOU', '2580', {
    exercices: [
      exercice(
        {
          codeProfession: '21',
          codeCiviliteDexercice: 'DR',
          nomDexercice: 'BENHADDOU',
          prenomDexercice: 'NADIA',
        },
        activity({
          codeModeExercice: 'L',
          codeSecteurDactivite: 'SA33',
          codeSectionPharmacien: 'A',
          codeRole: 'FON-03',
          codeGenreActivite: 'GENR01',
          numeroSiretSite: '99999999900017',
          numeroFinessSite: '0B0270011',
          identifiantTechniqueDeLaStructure: 'F0B0270011',
          raisonSocialeSite: 'PHARMACIE DU MARCHE',
          numeroVoie: '14',
          codeTypeDeVoie: 'PL',
          libelleVoie: 'DU MARCHE',
          bureauCedex: '69003 LYON',
          codePostal: '69003',
          telephone: '0472000000',
          ancienIdentifiantDeLaStructure: '10B0270011',
          autoriteDenregistrement: 'CNOP/CNOP/CNOP',
        }),
      ),
    ],
  }),

  // A nurse in a group practice. Her name has an accent, and her civil name is not the one she practises under.
  seed('899700000039', 'MME', 'Zoé', 'LEFÈVRE', '3691', {
    exercices: [
      exercice(
        { codeProfession: '60', nomDexercice: "L'HERMITTE", prenomDexercice: 'ZOE' },
        ownPractice('CABINET INFIRMIER DES HALLES', '99700000039005', {
          codeSecteurDactivite: 'SA08',
          bureauCedex: '44000 NANTES',
          codePostal: '44000',
          autoriteDenregistrement: 'ONI/ONI/CPAM',
        }),
      ),
    ],
  }),

  // A midwife.
  seed('899700000047', 'MME', 'MARIE', 'DUCHEMIN', '1470', {
    exercices: [
      exercice(
        { codeProfession: '50', nomDexercice: 'DUCHEMIN', prenomDexercice: 'MARIE' },
        ownPractice('MARIE DUCHEMIN', '99700000047008', {
          codeSecteurDactivite: 'SA07',
          bureauCedex: '35000 RENNES',
          codePostal: '35000',
          autoriteDenregistrement: 'CNOSF/CNOSF/CNOSF',
        }),
      ),
    ],
  }),

  // A dentist, specialist.
  seed('899700000054', 'M', 'HUGO', 'DELORME', '8520', {
    exercices: [
      exercice(
        {
          codeProfession: '40',
          codeCiviliteDexercice: 'DR',
          nomDexercice: 'DELORME',
          prenomDexercice: 'HUGO',
          codeTypeSavoirFaire: 'S',
          codeSavoirFaire: 'SCD01',
        },
        ownPractice('SELARL DELORME', '99700000054004', {
          codeSecteurDactivite: 'SA09',
          bureauCedex: '33000 BORDEAUX',
          codePostal: '33000',
          autoriteDenregistrement: 'ONCD/ONCD/ONCD',
        }),
      ),
    ],
  }),

  // A physiotherapist with an apostrophe in both names.
  seed('899700000062', 'M', "N'GOLO", "D'ALMEIDA", '9630', {
    exercices: [
      exercice(
        { codeProfession: '70', nomDexercice: "D'ALMEIDA", prenomDexercice: "N'GOLO" },
        ownPractice('CABINET DE KINESITHERAPIE', '99700000062007', {
          codeSecteurDactivite: 'SA07',
          bureauCedex: '13001 MARSEILLE',
          codePostal: '13001',
          autoriteDenregistrement: 'CNOMK/CNOMK/CNOMK',
        }),
      ),
    ],
  }),

  // A medical student (card CPF, category E), resident in a hospital.
  seed('899700000070', 'MME', 'LINA', 'MOREAU', '7410', {
    exercices: [
      exercice(
        {
          codeProfession: '10',
          codeCategorieProfessionnelle: 'E',
          nomDexercice: 'MOREAU',
          prenomDexercice: 'LINA',
        },
        inHospital({ codeRole: 'FON-48', autoriteDenregistrement: 'CNOM/CNOM/ARS' }),
      ),
    ],
  }),

  // A hospital's employee without a regulated profession (card CPE): known by the hospital's FINESS number.
  seed('30B0270001/CPET00001', 'M', 'CHARLES', 'ADMINISTRATIF', '1597', {
    exercices: [
      exercice(
        { codeProfession: '99', nomDexercice: 'ADMINISTRATIF', prenomDexercice: 'CHARLES' },
        inHospital({ codeRole: '331', codeGenreActivite: 'GENR04', autoriteDenregistrement: 'ARS/ARS/ARS' }),
      ),
    ],
  }),

  // A psychologist of the ADELI era, who received an RPPS number: the old one still finds her.
  seed('899700000088', 'MME', 'IRENE', 'VASSEUR', '3571', {
    otherIds: ['0759999998'],
    exercices: [
      exercice(
        { codeProfession: '93', nomDexercice: 'VASSEUR', prenomDexercice: 'IRENE' },
        ownPractice('IRENE VASSEUR', '99700000088002', {
          codeSecteurDactivite: 'SA07',
          bureauCedex: '75011 PARIS',
          codePostal: '75011',
          autoriteDenregistrement: 'ARS/ARS/ARS',
        }),
      ),
    ],
  }),

  // A nurse who is also an osteopath.
  seed('899700000096', 'M', 'KARIM', 'SAIDI', '4682', {
    exercices: [
      exercice(
        { codeProfession: '60', nomDexercice: 'SAIDI', prenomDexercice: 'KARIM' },
        inHospital({ autoriteDenregistrement: 'ONI/ONI/ARS' }),
      ),
      exercice(
        { codeProfession: '71', nomDexercice: 'SAIDI', prenomDexercice: 'KARIM' },
        ownPractice('KARIM SAIDI OSTEOPATHE', '99700000096005', {
          codeSecteurDactivite: 'SA07',
          bureauCedex: '31000 TOULOUSE',
          codePostal: '31000',
          autoriteDenregistrement: 'ARS/ARS/ARS',
        }),
      ),
    ],
  }),

  // A locum anaesthetist with five activities.
  seed('899700000104', 'M', 'PAUL', 'ITINERANT', '2468', {
    exercices: [
      exercice(
        {
          codeProfession: '10',
          codeCiviliteDexercice: 'DR',
          nomDexercice: 'ITINERANT',
          prenomDexercice: 'PAUL',
          codeTypeSavoirFaire: 'S',
          codeSavoirFaire: 'SM02',
        },
        ...['NORD', 'SUD', 'EST', 'OUEST', 'CENTRE'].map((place, index) =>
          activity({
            codeModeExercice: index === 0 ? 'L' : 'S',
            codeSecteurDactivite: 'SA01',
            codeRole: 'FON-22',
            codeGenreActivite: 'GENR02',
            numeroFinessSite: `0B027010${index}`,
            numeroFinessetablissementJuridique: '0B0270009',
            identifiantTechniqueDeLaStructure: `F0B027010${index}`,
            raisonSocialeSite: `CLINIQUE ${place}`,
            numeroVoie: `${index + 1}`,
            codeTypeDeVoie: 'BD',
            libelleVoie: 'CIRCULAIRE',
            bureauCedex: '59000 LILLE',
            codePostal: '59000',
            ancienIdentifiantDeLaStructure: `10B027010${index}`,
            autoriteDenregistrement: 'CNOM/CNOM/ARS',
          }),
        ),
      ),
    ],
  }),

  // A physician who is registered and works nowhere.
  seed('899700000112', 'MME', 'SUZANNE', 'RETRAITEE', '1357', {
    exercices: [physician('SUZANNE', 'RETRAITEE')],
  }),

  // A nurse who has not activated an e-CPS.
  seed('899700000120', 'M', 'THEO', 'SANSTELEPHONE', '9753', {
    ecps: { active: false },
    exercices: [
      exercice(
        { codeProfession: '60', nomDexercice: 'SANSTELEPHONE', prenomDexercice: 'THEO' },
        inHospital({ autoriteDenregistrement: 'ONI/ONI/ARS' }),
      ),
    ],
  }),

  // A physician struck off the register, who still has an e-CPS.
  seed('899700000138', 'M', 'VICTOR', 'RADIE', '8642', {
    status: 'inactive',
    exercices: [
      physician(
        'VICTOR',
        'RADIE',
        ownPractice('CABINET DR RADIE', '99700000138005', {
          codeSecteurDactivite: 'SA07',
          bureauCedex: '67000 STRASBOURG',
          codePostal: '67000',
          autoriteDenregistrement: 'CNOM/CNOM/CNOM',
        }),
      ),
    ],
  }),

  // A Pro Santé Identité account: a UUID, and no profession.
  seed('d2c6b2a4-0000-4000-8000-000000000001', 'MME', 'ALIX', 'NUMERIQUE', '7913', {}),
];

function seed(
  nationalId: string,
  codeCivilite: 'M' | 'MME',
  givenName: string,
  familyName: string,
  pin: string,
  fields: PersonFields,
): Person {
  const reached = `${givenName}.${familyName}`
    .normalize('NFD')
    .replaceAll(/[^A-Za-z.]/g, '')
    .toLowerCase();
  return amend(
    {
      nationalId,
      status: 'active',
      codeCivilite,
      givenName,
      familyName,
      otherIds: [],
      exercices: [],
      // 06 39 98 xx xx is set apart for fiction.
      phone: `+33 63998${pin}`,
      mail: `${reached}@sante.example`,
      ecps: { active: true, pin },
    },
    fields,
  );
}

function activity(columns: Partial<Activity>): Activity {
  return activitySchema.parse({ codePays: '99000', ...columns });
}

function exercice(columns: Partial<Omit<Exercice, 'activities'>>, ...activities: Activity[]): Exercice {
  return exerciceSchema.parse({ codeCategorieProfessionnelle: 'C', ...columns, activities });
}

function physician(givenName: string, familyName: string, ...activities: Activity[]): Exercice {
  return exercice(
    {
      codeProfession: '10',
      codeCiviliteDexercice: 'DR',
      nomDexercice: familyName,
      prenomDexercice: givenName,
      codeTypeSavoirFaire: 'S',
      codeSavoirFaire: 'SM26',
    },
    ...activities,
  );
}

/** A practice of one's own, known by its RPPS-rang. */
function ownPractice(name: string, rppsRang: string, columns: Partial<Activity>): Activity {
  return activity({
    codeModeExercice: 'L',
    codeGenreActivite: 'GENR01',
    identifiantTechniqueDeLaStructure: `R${rppsRang}`,
    raisonSocialeSite: name,
    complementDestinataire: name,
    ancienIdentifiantDeLaStructure: `4${rppsRang}`,
    ...columns,
  });
}

function inHospital(columns: Partial<Activity>): Activity {
  return activity({
    codeModeExercice: 'S',
    codeSecteurDactivite: 'SA01',
    codeGenreActivite: 'GENR01',
    numeroSiretSite: '99999999900025',
    numeroFinessSite: '0B0270001',
    numeroFinessetablissementJuridique: '0B0270009',
    identifiantTechniqueDeLaStructure: 'F0B0270001',
    raisonSocialeSite: 'CENTRE HOSPITALIER DES TILLEULS',
    numeroVoie: '25',
    codeTypeDeVoie: 'AV',
    libelleVoie: 'DES TILLEULS',
    mentionDistribution: 'CS 10000',
    bureauCedex: '75674 PARIS CEDEX 14',
    codePostal: '75674',
    telephone: '0100000000',
    ancienIdentifiantDeLaStructure: '10B0270001',
    ...columns,
  });
}
