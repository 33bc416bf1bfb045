import { describe, expect, it } from 'vitest';
import { cardiologist, described, stored } from '#src/testing/described.ts';
import { describePerson, describePublished, onlyPublished } from './person.ts';

const shown = (rows: string) => ({ present: true, rows });

const everything = described({
  others: ['0759999998'],
  lastImported: 'personne_activite',
  said: {
    personne_activite: shown(
      stored(
        'personne_activite',
        { ...cardiologist, libelleCommune: 'Paris' },
        { ...cardiologist, codeSavoirFaire: 'SM26', libelleCommune: 'Paris' },
        {
          ...cardiologist,
          codeProfession: '21',
          codeSavoirFaire: '',
          codeTypeSavoirFaire: '',
          codePostal: '',
        },
      ),
    ),
    pro_sante_connect: shown(
      stored('pro_sante_connect', { ...cardiologist, familyName: 'MU', givenName: "ZOÉ''" }),
    ),
    savoir_faire: shown(
      stored(
        'savoir_faire',
        {
          codeProfession: '10',
          codeCategorieProfessionnelle: 'C',
          codeTypeSavoirFaire: 'S',
          codeSavoirFaire: 'SM26',
        },
        {
          codeProfession: '10',
          codeCategorieProfessionnelle: 'C',
          codeTypeSavoirFaire: 'CEX',
          codeSavoirFaire: 'CEX22',
        },
        {
          codeProfession: '60',
          codeCategorieProfessionnelle: 'C',
          codeTypeSavoirFaire: 'S',
          codeSavoirFaire: 'SI01',
        },
      ),
    ),
    dipl_autexerc: shown(
      stored(
        'dipl_autexerc',
        { codeTypeDiplome: 'DE', codeDiplome: 'DE09' },
        { codeTypeDiplome: 'DE', codeDiplome: 'DE09' },
        { codeTypeAutorisation: 'AM01', codeDisciplineAutorisation: '1' },
      ),
    ),
    mssante: shown(stored('mssante', { typeBal: 'PER', adresseBal: 'camille@pro.mssante.example' })),
    porteurs: { present: false, rows: stored('porteurs', { typeCarte: 'CPS', numeroCarte: '1' }) },
  },
});

describe('a person of the register', () => {
  it('has professions, each with its savoir-faire and its activities once', () => {
    const person = describePerson(everything);
    expect(person?.exercices).toMatchObject([
      {
        codeProfession: '10',
        nomDexercice: 'LAMBDA',
        savoirFaire: [
          { codeTypeSavoirFaire: 'S', codeSavoirFaire: 'SM04' },
          { codeTypeSavoirFaire: 'S', codeSavoirFaire: 'SM26' },
          { codeTypeSavoirFaire: 'CEX', codeSavoirFaire: 'CEX22' },
        ],
        activities: [{ codePostal: '75009', libelleCommune: 'Paris' }],
      },
      { codeProfession: '21', savoirFaire: [], activities: [{ codePostal: '' }] },
    ]);
    expect(person?.exercices[0]?.activities).toHaveLength(1);
  });

  it('has diplomas, authorisations and mailboxes once each, and no card that the file shows no more', () => {
    expect(describePerson(everything)).toMatchObject({
      diplomas: [{ codeTypeDiplome: 'DE', codeDiplome: 'DE09' }],
      authorisations: [{ codeTypeAutorisation: 'AM01' }],
      mailboxes: [{ adresseBal: 'camille@pro.mssante.example' }],
      cards: [],
    });
    expect(describePerson(everything)?.diplomas).toHaveLength(1);
    expect(describePerson(everything)?.authorisations).toHaveLength(1);
  });

  it('has civil names and every identifier', () => {
    const person = describePerson(everything);
    expect(person).toMatchObject({ familyName: 'MU', givenName: 'ZOÉ', active: true });
    expect(person?.identifiers.map(({ origine }) => origine)).toEqual(['RPPS', 'ADELI']);
  });

  it('shows the public what the public files say only', () => {
    const shownToAll = describePerson(onlyPublished(everything));
    expect(shownToAll).toMatchObject({ familyName: 'LAMBDA', givenName: 'CAMILLE' });
    expect(shownToAll?.identifiers).toHaveLength(1);
    const { pro_sante_connect } = everything.said;
    expect(describePerson(onlyPublished({ ...everything, said: { pro_sante_connect } }))).toBeUndefined();
  });

  it('is active for the public while the last public file shows them, with an ADELI number too', () => {
    const adeli = { ...everything, nationalId: '0759999998', movedTo: undefined };
    const left = { ...everything.said.personne_activite, present: false, rows: '' };
    expect(describePublished(adeli)?.active).toBe(true);
    const gone = { ...adeli, said: { ...adeli.said, personne_activite: left } };
    expect([describePerson(gone)?.active, describePublished(gone)?.active]).toEqual([true, false]);
    expect(describePublished({ ...adeli, movedTo: '899700000013' })?.active).toBe(true);
    expect(describePublished(described())).toBeUndefined();
  });

  it('without an exercice, as a PSI account may be, is somebody', () => {
    const rows = stored('pro_sante_connect', { familyName: 'PI', givenName: "ANA''" });
    const person = describePerson(described({ said: { pro_sante_connect: shown(rows) } }));
    expect(person).toMatchObject({ familyName: 'PI', givenName: 'ANA', exercices: [] });
  });
});
