import { hasLuhnKey, parseNationalId } from '@psc/kernel';
import { describe, expect, it } from 'vitest';
import { extractionProSanteConnect, personneActivite, registerFiles } from './extracts.ts';
import { invent } from './invent.ts';
import { amend } from './person.ts';
import { seededPeople } from './register.ts';

const camille = seededPeople[0];
if (!camille) throw new Error('the seeds have people');

const columnsOf = (text: string) => text.split('\n').map((line) => line.split('|').length - 1);

describe('the seeded people', () => {
  it('have well-formed identifiers of the test ranges, each their own', () => {
    for (const { nationalId, rpps, otherIds } of seededPeople) {
      for (const identifier of [nationalId, ...otherIds])
        expect(parseNationalId(identifier)).toEqual({ ok: true, value: identifier });
      if (rpps !== '') {
        expect(nationalId).toBe(`8${rpps}`);
        expect(rpps).toMatch(/^99[79]/);
        expect(hasLuhnKey(rpps)).toBe(true);
      }
    }
    const identifiers = seededPeople.flatMap((person) => [person.nationalId, ...person.otherIds]);
    expect(new Set(identifiers).size).toBe(identifiers.length);
  });

  it('cover the cases that applications meet', () => {
    const activities = seededPeople.map(
      (each) => each.exercices.flatMap((exercice) => exercice.activities).length,
    );
    expect(camille).toMatchObject({ nationalId: '899700000013', rpps: '99700000013', profession: 'Médecin' });
    expect(activities[0]).toBe(2);
    expect(activities).toContain(5);
    expect(seededPeople.map((each) => each.profession)).toEqual(
      expect.arrayContaining([
        'Pharmacien',
        'Infirmier',
        'Sage-Femme',
        'Chirurgien-Dentiste',
        'Masseur-Kinésithérapeute',
        'Médecin (étudiant)',
        'Infirmier, Ostéopathe',
        'Sans profession déclarée',
      ]),
    );
    expect(seededPeople.filter((each) => each.status === 'inactive')).toHaveLength(1);
    expect(seededPeople.filter((each) => !each.ecps.active)).toHaveLength(1);
    expect(seededPeople.filter((each) => each.otherIds.length > 0)).toHaveLength(1);
    expect(seededPeople.map((each) => each.nationalId)).toContain('30B0270001/CPET00001');
  });
});

describe('the public extract', () => {
  it('has 56 columns in every line, ends its lines with a separator, and hides who is not published', () => {
    const text = personneActivite(seededPeople);
    expect(new Set(columnsOf(text).slice(0, -1))).toEqual(new Set([56]));
    expect(text.endsWith('|\n')).toBe(true);
    const [header, first] = text.split('\n');
    expect(header).toMatch(/^Type d'identifiant PP\|Identifiant PP\|.*\|Libellé genre activité\|$/);
    expect(first).toMatch(
      /^8\|99700000013\|899700000013\|DR\|Docteur\|MME\|Madame\|LAMBDA\|CAMILLE\|10\|Médecin\|C\|/,
    );
    expect(text).not.toContain('CPET00001');
    expect(text).not.toContain('d2c6b2a4');
  });
});

describe('the restricted extract', () => {
  it('has 51 columns, the contacts and every identifier', () => {
    const text = extractionProSanteConnect(seededPeople);
    expect(new Set(columnsOf(text).slice(0, -1))).toEqual(new Set([51]));
    expect(text).toContain('|camille.lambda@sante.example|');
    expect(text).toContain('|899700000088,RPPS,1;0759999998,ADELI,1|');
    expect(text).toContain("|N'GOLO''|");
    expect(text).toContain('|d2c6b2a4-0000-4000-8000-000000000001,PSI,2|');
  });

  it('cannot be broken by a value that holds a separator', () => {
    const text = extractionProSanteConnect([amend(camille, { familyName: 'A|B\nC' })]);
    expect(text).toContain('|A B C|');
  });
});

describe('the files to import', () => {
  it('show that somebody was struck off by showing them no more', () => {
    const [before, after, published] = registerFiles(seededPeople);
    expect(before?.content).toContain('899700000138');
    expect(after?.content).not.toContain('899700000138');
    expect(published?.content).not.toContain('899700000138');
    expect(registerFiles(seededPeople, { yesterday: false })).toHaveLength(2);
    expect(registerFiles([camille])).toHaveLength(2);
  });
});

describe('an invented professional', () => {
  it('is the same for the same ordinal, and another one for another', () => {
    expect(invent({}, 7)).toEqual(invent({}, 7));
    const ids = Array.from({ length: 200 }, (_, i) => invent({}, i + 1));
    expect(new Set(ids.map((each) => each.nationalId)).size).toBe(200);
    expect(ids.every((each) => hasLuhnKey(each.rpps) && each.rpps.startsWith('999'))).toBe(true);
  });

  it('is what was asked for, and invented for the rest', () => {
    const person = invent(
      { familyName: 'DURAND', ecps: false, exercices: [{ codeProfession: '60', activities: [] }] },
      1,
    );
    expect(person).toMatchObject({ familyName: 'DURAND', profession: 'Infirmier', status: 'active' });
    expect(person.ecps).toEqual({ active: false, pin: '1234' });
    expect(person.exercices[0]?.codeCategorieProfessionnelle).toBe('');
    expect(invent({ familyName: 'DURAND' }, 1).exercices[0]?.nomDexercice).toBe('DURAND');
  });

  it('is refused with a field that does not exist', () => {
    const fields: object = { surname: 'DURAND' };
    expect(() => invent(fields, 1)).toThrow();
  });
});
