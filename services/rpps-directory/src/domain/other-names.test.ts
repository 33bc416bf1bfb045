import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { areOtherNames, knownNames, type NamedRow } from './other-names.ts';

const named = (change: Partial<NamedRow>): NamedRow => ({
  familyName: '',
  givenName: '',
  nomDexercice: '',
  prenomDexercice: '',
  ...change,
});
const practising = (nomDexercice: string, prenomDexercice: string) =>
  named({ nomDexercice, prenomDexercice });
const areOthers = (one: readonly NamedRow[], other: readonly NamedRow[]) =>
  areOtherNames(knownNames(one), knownNames(other));

describe('two records may be one person', () => {
  test.each([
    ['the same names', practising('LAMBDA', 'CAMILLE'), practising('LAMBDA', 'CAMILLE')],
    [
      'accents, case, hyphens and apostrophes',
      practising("LE GOFF-D'ŒUVRE", 'Zoé'),
      practising('Le Goff d’oeuvre', 'ZOE'),
    ],
    ['married: another family name', practising('MARTIN', 'ANNE'), practising('LAMBDA', 'ANNE')],
    ['another given name', practising('LAMBDA', 'CAMILLE'), practising('LAMBDA', 'LUC')],
    ['one of several given names', practising('MARTIN', 'DANIEL'), practising('LAMBDA', 'PIERRE-DANIEL')],
    [
      'a given name of the civil ones',
      practising('MARTIN', 'DANIEL'),
      named({
        familyName: 'LAMBDA',
        givenName: "PIERRE'DANIEL'",
        nomDexercice: 'LAMBDA',
        prenomDexercice: 'PIERRE',
      }),
    ],
    [
      'the name of birth',
      practising('MARTIN', 'ANNE'),
      named({
        familyName: 'Martin',
        givenName: "LOUISE''",
        nomDexercice: 'LAMBDA',
        prenomDexercice: 'LOUISE',
      }),
    ],
    ['no given name known', practising('MARTIN', ''), practising('LAMBDA', 'LUC')],
    ['no family name known', practising('', 'ANNE'), practising('LAMBDA', 'LUC')],
    ['an initial alone', practising('MARTIN', 'A.'), practising('LAMBDA', 'LUC')],
    ['nothing known', named({}), practising('LAMBDA', 'LUC')],
  ])('with %s', (_, one, other) => {
    expect(areOthers([one], [other])).toBe(false);
  });

  it('by any of their rows', () => {
    const [one, other] = [practising('MARTIN', 'ANNE'), practising('LAMBDA', 'LUC')];
    expect(areOthers([one], [other])).toBe(true);
    expect(areOthers([one], [other, one])).toBe(false);
  });
});

test.each([
  ['all names differ', practising('MARTIN', 'ANNE'), practising('LAMBDA', 'LUC')],
  ['a family name is a word of the other', practising('MARTIN', 'ANNE'), practising('MARTIN-LAMBDA', 'LUC')],
  ['a family name is a given name of the other', practising('MARTIN', 'ANNE'), practising('ANNE', 'MARTIN')],
  ['a given name begins alike', practising('MARTIN', 'ANNE'), practising('LAMBDA', 'ANNELISE')],
  ['an initial is the same', practising('MARTIN', 'A ANNE'), practising('LAMBDA', 'A LUC')],
])('Two records are two people when %s', (_, one, other) => {
  expect(areOthers([one], [other])).toBe(true);
});

const name = fc.oneof(
  fc.constantFrom('MARTIN', 'LAMBDA', 'ANNE', 'LUC', 'Zoé', 'ZOE', 'Jean-Luc', "D'ŒUVRE", 'A', ''),
  fc.string({ maxLength: 6 }),
);
const row = fc.record({ familyName: name, givenName: name, nomDexercice: name, prenomDexercice: name });
const rows = fc.array(row, { maxLength: 3 });
const spelt = (text: string) => ` ${text.toLowerCase().normalize('NFD').replaceAll(' ', '-')}`;

test('Nobody is another person than themselves, however they are spelt, and whatever more is known', () => {
  fc.assert(
    fc.property(rows, rows, (some, more) => {
      const again = some.map((each) => ({
        familyName: spelt(each.familyName),
        givenName: spelt(each.givenName),
        nomDexercice: spelt(each.nomDexercice),
        prenomDexercice: spelt(each.prenomDexercice),
      }));
      expect(areOthers(some, [...more, ...again])).toBe(false);
    }),
  );
});

test('Which of two is asked does not matter', () => {
  fc.assert(
    fc.property(rows, rows, (one, other) => {
      expect(areOthers(one, other)).toBe(areOthers(other, one));
    }),
  );
});

test('Once two may be one person, more that is said of them does not make them two', () => {
  const told = row.filter(
    (each) => knownNames([each]).familyNames.size > 0 && knownNames([each]).givenWords.size > 0,
  );
  fc.assert(
    fc.property(told, told, rows, (one, other, more) => {
      fc.pre(!areOthers([one], [other]));
      expect(areOthers([one], [other, ...more])).toBe(false);
    }),
  );
});
