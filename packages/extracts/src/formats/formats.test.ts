import { describe, expect, it } from 'vitest';
import { extractFileName, extractFormats, extractKinds } from './index.ts';

describe.each(extractKinds)('the format %s', (kind) => {
  const format = extractFormats[kind];

  it('names each column once, without its separator, and its encoding can write them', () => {
    for (const columns of format.shapes) {
      expect(new Set(columns).size).toBe(columns.length);
      const header = columns.join('');
      expect(header).not.toContain(format.separator);
      expect(Buffer.from(header, format.encoding).toString(format.encoding)).toBe(header);
    }
  });

  it('keeps every older column in the newer shapes, in the same order', () => {
    const [newest, ...older] = format.shapes;
    for (const columns of older) expect(newest.filter((each) => columns.includes(each))).toEqual(columns);
  });
});

it('has the number of columns of the real files', () => {
  const widths = extractKinds.map((kind) => [kind, extractFormats[kind].shapes.map((each) => each.length)]);
  expect(Object.fromEntries(widths)).toEqual({
    'personne-activite': [56, 52, 48],
    'savoir-faire': [13],
    'dipl-autexerc': [13],
    mssante: [31],
    porteurs: [17],
    'pro-sante-connect': [51, 50, 49],
    'adeli-rpps': [2],
  });
});

it('has the places of columns that other programs read by their number', () => {
  const placeOf = (kind: (typeof extractKinds)[number], column: string) =>
    extractFormats[kind].shapes[0].indexOf(column);
  expect(placeOf('personne-activite', 'Identifiant technique de la structure')).toBe(23);
  expect(placeOf('personne-activite', 'Libellé genre activité')).toBe(55);
  expect(placeOf('porteurs', 'Identifiant PP')).toBe(0);
  expect(placeOf('porteurs', 'Numéro carte')).toBe(11);
  expect(placeOf('pro-sante-connect', 'Adresse e-mail (coord. correspondance)')).toBe(11);
  expect(placeOf('pro-sante-connect', 'Autres identifiants')).toBe(49);
});

it('names files as the ANS does', () => {
  expect(extractFileName('mssante', '202608261013')).toBe(
    'Extraction_Correspondance_MSSante_202608261013.txt',
  );
  expect(extractFileName('adeli-rpps', '202608261013')).toBe('Correspondance_ADELI_RPPS_202608261013.csv');
});
