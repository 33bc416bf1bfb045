import { professionalSchema } from '@psc/contracts';
import { describe, expect, it } from 'vitest';
import { cardiologist, described, stored } from '#src/testing/described.ts';
import { professionalOf } from './professional.ts';

const shown = (rows: string) => ({ present: true, rows });
const left = (rows: string) => ({ present: false, rows });
const public_ = (...rows: Parameters<typeof stored<'personne_activite'>>[1][]) =>
  stored('personne_activite', ...rows);
const restricted = (...rows: Parameters<typeof stored<'pro_sante_connect'>>[1][]) =>
  stored('pro_sante_connect', ...rows);

describe('the record that applications receive', () => {
  it('has the shape that the other services read', () => {
    const professional = professionalOf(described({ others: ['0759999998'] }));
    expect(professionalSchema.parse(professional)).toEqual(professional);
    expect(professional).toMatchObject({
      nationalId: '899700000013',
      status: 'active',
      familyName: 'LAMBDA',
      givenName: 'CAMILLE',
      codeCivilite: 'MME',
      otherIds: [
        { identifiant: '899700000013', origine: 'RPPS', qualite: 1 },
        { identifiant: '0759999998', origine: 'ADELI', qualite: 1 },
      ],
      exercices: [{ codeProfession: '10', codeSavoirFaire: 'SM04', activities: [{ codePostal: '75009' }] }],
    });
  });

  it('has one exercice per profession, category and savoir-faire, in the order of the file', () => {
    const rows = [
      cardiologist,
      { ...cardiologist, codeProfession: '60', codeSavoirFaire: '' },
      { ...cardiologist, codeSavoirFaire: 'SM26', nomDexercice: 'AUTREMENT' },
      { ...cardiologist, codePostal: '2A004' },
      { ...cardiologist, nomDexercice: 'MENTI' },
    ];
    const professional = professionalOf(described({ said: { personne_activite: shown(public_(...rows)) } }));
    const summary = professional?.exercices.map(
      ({ codeProfession, codeSavoirFaire, nomDexercice, activities }) => [
        codeProfession + codeSavoirFaire,
        nomDexercice,
        activities.map(({ codePostal }) => codePostal),
      ],
    );
    expect(summary).toEqual([
      ['10SM04', 'LAMBDA', ['75009', '2A004']],
      ['60', 'LAMBDA', ['75009']],
      ['10SM26', 'AUTREMENT', ['75009']],
    ]);
  });

  it('has the practice of the file imported last among those that show the person', () => {
    const at = (codePostal: string) => ({ ...cardiologist, codePostal });
    const postcode = (
      lastImported: 'personne_activite' | 'pro_sante_connect',
      publicShows: boolean,
      restrictedShows: boolean,
    ) =>
      professionalOf(
        described({
          lastImported,
          said: {
            personne_activite: { present: publicShows, rows: public_(at('1')) },
            pro_sante_connect: { present: restrictedShows, rows: restricted(at('2')) },
          },
        }),
      )?.exercices[0]?.activities[0]?.codePostal;
    expect(postcode('personne_activite', true, true)).toBe('1');
    expect(postcode('pro_sante_connect', true, true)).toBe('2');
    expect(postcode('pro_sante_connect', true, false)).toBe('1');
    expect(postcode('personne_activite', false, true)).toBe('2');
    expect(postcode('personne_activite', false, false)).toBe('1');
  });

  it('has the civil names of the restricted file, even of who left it, and else those of practice', () => {
    const civil = restricted({ ...cardiologist, familyName: 'DE LA MARTINIÈRE', givenName: "Camille'Zoé'" });
    const names = { familyName: 'DE LA MARTINIÈRE', givenName: 'Camille' };
    const practised = shown(public_(cardiologist));
    for (const present of [true, false])
      expect(
        professionalOf(
          described({
            said: { personne_activite: practised, pro_sante_connect: { present, rows: civil } },
          }),
        ),
      ).toMatchObject(names);
    expect(professionalOf(described({ said: { personne_activite: practised } }))).toMatchObject({
      familyName: 'LAMBDA',
      givenName: 'CAMILLE',
    });
  });

  it('is inactive once no file shows the person, except under an ADELI number that leads nowhere else', () => {
    const said = { personne_activite: left(public_(cardiologist)) };
    expect(professionalOf(described({ said }))).toMatchObject({ status: 'inactive', familyName: 'LAMBDA' });
    const adeli = { said, nationalId: '0759999998' };
    expect(professionalOf(described(adeli))).toMatchObject({ status: 'active' });
    expect(professionalOf(described({ ...adeli, movedTo: '899700000013' }))).toMatchObject({
      status: 'inactive',
    });
  });

  it('does not exist for whom only a diploma, a mailbox or a savoir-faire is known', () => {
    const rows = stored('savoir_faire', { codeProfession: '10', codeSavoirFaire: 'SM26' });
    expect(professionalOf(described({ said: { savoir_faire: shown(rows) } }))).toBeUndefined();
  });

  it('does not have the savoir-faire of the file SavoirFaire', () => {
    const rows = stored('savoir_faire', {
      codeProfession: '10',
      codeCategorieProfessionnelle: 'C',
      codeSavoirFaire: 'CEX26',
    });
    const said = { personne_activite: shown(public_(cardiologist)), savoir_faire: shown(rows) };
    expect(JSON.stringify(professionalOf(described({ said })))).not.toContain('CEX26');
  });
});
