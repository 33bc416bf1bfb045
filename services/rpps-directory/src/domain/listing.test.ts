import { describe, expect, it, test } from 'vitest';
import { cardiologist, described, stored } from '#src/testing/described.ts';
import { listingOf } from './listing.ts';
import { nameKey, wordsOf } from './name-key.ts';

const shown = (rows: string) => ({ present: true, rows });
const published = (change: object = {}) =>
  shown(
    stored('personne_activite', {
      ...cardiologist,
      autoriteDenregistrement: 'CNOM/CNOM/ARS',
      codeModeExercice: 'L',
      identifiantTechniqueDeLaStructure: 'F0B0000013',
      ...change,
    }),
  );

test.each([
  ['Hélène', 'helene'],
  ['LE GOFF-BŒUF', 'le goff boeuf'],
  ["N'GOLO", 'n golo'],
  ['D’ARC', 'd arc'],
  ['  Łukasz  Straße ', 'lukasz strasse'],
  ['O"BRIEN', 'o brien'],
  ['東', '東'],
  ['-', ''],
])('the name %j is searched as %j', (name, key) => {
  expect(nameKey(name)).toBe(key);
  expect(nameKey(key)).toBe(key);
});

test('A word of a name counts once', () => {
  expect(wordsOf(nameKey('MARTIN Jean-Martin'))).toEqual(['martin', 'jean']);
  expect(wordsOf('')).toEqual([]);
});

describe('how somebody can be searched for', () => {
  it('is by the words of the names of practice, and by what they are', () => {
    const said = {
      personne_activite: published({ nomDexercice: 'DE LA TOUR', prenomDexercice: 'Zoé-Anne' }),
      mssante: shown(stored('mssante', { adresseBal: 'Zoe@Pro.MSSante.example' })),
    };
    expect(listingOf(described({ said }))).toEqual({
      nationalId: '899700000013',
      active: true,
      published: true,
      familyKey: 'de la tour',
      givenKey: 'zoe anne',
      nameKey: 'de la tour zoe anne',
      facets: [
        'profession:10',
        'category:C',
        'savoir-faire-type:S',
        'savoir-faire:SM04',
        'department:75',
        'structure:F0B0000013',
        'mode:L',
        'authority:CNOM',
        'authority:ARS',
        'mailbox:zoe@pro.mssante.example',
      ],
      codes: '|p10|sSM04|d75|',
    });
  });

  it('is by every name under which they practise', () => {
    const rows = stored('personne_activite', cardiologist, {
      ...cardiologist,
      codeProfession: '60',
      nomDexercice: 'MARTIN',
    });
    expect(listingOf(described({ said: { personne_activite: shown(rows) } }))).toMatchObject({
      familyKey: 'lambda',
      nameKey: 'lambda camille martin',
    });
  });

  it('never tells the public what the restricted file alone says', () => {
    const pro_sante_connect = shown(
      stored('pro_sante_connect', { ...cardiologist, nomDexercice: 'SECRET', codePostal: '13001' }),
    );
    const both = listingOf(described({ said: { personne_activite: published(), pro_sante_connect } }));
    expect(JSON.stringify(both)).not.toMatch(/secret|:13/i);
    const opposed = listingOf(described({ said: { pro_sante_connect } }));
    expect(opposed).toMatchObject({ published: undefined, active: true, familyKey: 'secret' });
  });

  it('says who is published no more, although they practise', () => {
    const { pro_sante_connect } = described().said;
    const said = { pro_sante_connect, personne_activite: { ...published(), present: false } };
    expect(listingOf(described({ said }))).toMatchObject({ published: false, active: true });
  });
});
