import { exerciceSchema } from '@psc/contracts';
import { withLuhnKey } from '@psc/kernel';
import { amend, type Person, type PersonFields } from './person.ts';

const givenNames = ['ALICE', 'BASILE', 'CLEMENCE', 'DAVID', 'ELISE', 'FARID', 'GAELLE'] as const;
const familyNames = [
  'AUBRY',
  'BLANCHARD',
  'CHEVALIER',
  'DIALLO',
  'ESTEVE',
  'FOURNIER',
  'GAUTHIER',
  'HUET',
] as const;

const MOST_INVENTED = 9_999_999;

/**
 * A fictitious professional: what `fields` does not say is invented from `ordinal`, always in the same way. Ordinals
 * from 1 have RPPS numbers 999…, apart from those of the seeds; a general practitioner with one practice by default.
 */
export function invent(fields: PersonFields, ordinal: number): Person {
  if (!Number.isInteger(ordinal) || ordinal < 1 || ordinal > MOST_INVENTED)
    throw new RangeError(`an ordinal is a whole number from 1 to ${MOST_INVENTED}`);
  const rpps = withLuhnKey(`999${String(ordinal).padStart(7, '0')}`);
  const rppsRang = withLuhnKey(`${rpps}00`);
  const givenName = fields.givenName ?? pick(givenNames, ordinal);
  const familyName = fields.familyName ?? pick(familyNames, ordinal);
  return amend(
    {
      nationalId: `8${rpps}`,
      status: 'active',
      codeCivilite: ordinal % 2 === 0 ? 'M' : 'MME',
      givenName,
      familyName,
      otherIds: [],
      exercices: [
        exerciceSchema.parse({
          codeProfession: '10',
          codeCategorieProfessionnelle: 'C',
          codeCiviliteDexercice: 'DR',
          nomDexercice: familyName,
          prenomDexercice: givenName,
          codeTypeSavoirFaire: 'S',
          codeSavoirFaire: 'SM26',
          activities: [
            {
              codeModeExercice: 'L',
              codeSecteurDactivite: 'SA07',
              codeGenreActivite: 'GENR01',
              identifiantTechniqueDeLaStructure: `R${rppsRang}`,
              raisonSocialeSite: `CABINET DR ${familyName}`,
              bureauCedex: '75009 PARIS',
              codePostal: '75009',
              codePays: '99000',
              ancienIdentifiantDeLaStructure: `4${rppsRang}`,
              autoriteDenregistrement: 'CNOM/CNOM/CNOM',
            },
          ],
        }),
      ],
      // 06 39 98 xx xx is set apart for fiction.
      phone: `+33 63998${String(ordinal % 10_000).padStart(4, '0')}`,
      mail: `professionnel.${ordinal}@sante.example`,
      ecps: { active: true, pin: '1234' },
    },
    fields,
  );
}

function pick(names: readonly [string, ...string[]], ordinal: number): string {
  return names[ordinal % names.length] ?? names[0];
}
