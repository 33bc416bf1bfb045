import { describe, expect, it } from 'vitest';
import {
  isWellFormed,
  mayBeTakenOver,
  originOf,
  otherIds,
  outlivesItsExtract,
  parseOtherIdentifiers,
} from './identifier.ts';

const psi = '0a1b2c3d-0000-4000-8000-000000000001';

describe('the origin of an identifier', () => {
  it.each([
    ['899700000013', 'RPPS'],
    ['0759999998', 'ADELI'],
    ['175999999801/1', 'CAB_ADELI'],
    ['30B0270001/CPET00001', 'FINESS'],
    ['4999999990/1', 'SIREN'],
    ['599999999900017/CPAT00045', 'SIRET'],
    ['699700000013000/1', 'CAB_RPPS'],
    [psi, 'PSI'],
    ['ANS20231122132732', 'EDIT'],
    ['XYZ123456', 'RASS'],
  ])('of %s is %s', (identifier, origin) => {
    expect(originOf(identifier)).toBe(origin);
  });

  it.each([
    '899700000013',
    '0759999998',
    '02A9999998',
    '30B0270001/CPET00001',
    '599999999900017/CPAT00045',
    '699700000013000/1',
    psi,
  ])('%s has the shape of its type', (identifier) => {
    expect(isWellFormed(identifier)).toBe(true);
  });

  it.each(['89970000001', '8997000000130', '075999999', '30B0270001', '5999999999/1', 'XYZ123456', ''])(
    '%j has not',
    (identifier) => {
      expect(isWellFormed(identifier)).toBe(false);
    },
  );

  it('is not ADELI for a PSI account that happens to begin with a 0', () => {
    expect(outlivesItsExtract(psi)).toBe(false);
    expect(outlivesItsExtract('0759999998')).toBe(true);
  });

  it('protects RPPS numbers, and no other, from being taken over', () => {
    expect(mayBeTakenOver('899700000013')).toBe(false);
    expect(mayBeTakenOver('0759999998')).toBe(true);
    expect(mayBeTakenOver(psi)).toBe(true);
  });
});

describe('the identifiers of a person', () => {
  it('begin with the national one, and a PSI account has quality 2', () => {
    expect(otherIds('899700000013', [psi, '0759999998'])).toEqual([
      { identifiant: '899700000013', origine: 'RPPS', qualite: 1 },
      { identifiant: '0759999998', origine: 'ADELI', qualite: 1 },
      { identifiant: psi, origine: 'PSI', qualite: 2 },
    ]);
  });

  it('are twenty at most', () => {
    const many = Array.from({ length: 30 }, (_, i) => `30B02700${10 + i}/1`);
    expect(otherIds('899700000013', many)).toHaveLength(20);
  });
});

describe('the column "Autres identifiants"', () => {
  it.each([
    ['', []],
    ['899700000013,RPPS,1', ['899700000013']],
    ['899700000013,RPPS,1;0759999998,ADELI,1', ['899700000013', '0759999998']],
    ['899700000013,RPPS,1, 0759999998,ADELI,1', ['899700000013', '0759999998']],
    [`${psi},PSI,2`, [psi]],
    ['30B0270001/CPET00001,FINESS,1', ['30B0270001/CPET00001']],
  ])('%j holds %j', (column, identifiers) => {
    expect(parseOtherIdentifiers(column)).toEqual(identifiers);
  });

  it.each(['899700000013', '899700000013,RPPS', '899700000013,RPPS,1;oops', 'a,b,c'])(
    '%j is not understood',
    (column) => {
      expect(parseOtherIdentifiers(column)).toBeUndefined();
    },
  );
});
