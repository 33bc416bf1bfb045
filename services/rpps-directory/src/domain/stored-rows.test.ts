import { expect, test } from 'vitest';
import { formatRows, parseRows } from './stored-rows.ts';

const rows = [
  {
    typeCarte: 'CPS',
    numeroCarte: '1',
    debutValidite: '',
    finValidite: '',
    dateOpposition: '',
    dateMiseAJour: '"',
  },
  {
    typeCarte: 'CPF',
    numeroCarte: '2',
    debutValidite: 'a',
    finValidite: '',
    dateOpposition: '',
    dateMiseAJour: '',
  },
];

test('Rows read as they were written, empty values and quotes included', () => {
  expect(parseRows('porteurs', formatRows('porteurs', rows))).toEqual(rows);
});

test('A field that did not exist when the row was stored reads as empty', () => {
  expect(parseRows('porteurs', 'CPS|1')).toEqual([
    {
      typeCarte: 'CPS',
      numeroCarte: '1',
      debutValidite: '',
      finValidite: '',
      dateOpposition: '',
      dateMiseAJour: '',
    },
  ]);
});

test('A kind without fields has no rows', () => {
  expect(parseRows('adeli_rpps', '')).toEqual([]);
});
