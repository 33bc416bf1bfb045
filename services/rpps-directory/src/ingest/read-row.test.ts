import { extractionProSanteConnect, personneActivite } from '@psc/sandbox/seeds/extracts.ts';
import { invent } from '@psc/sandbox/seeds/invent.ts';
import { seededPeople } from '@psc/sandbox/seeds/register.ts';
import { describe, expect, it } from 'vitest';
import { parseLayout } from './layout.ts';
import { createRowReader } from './read-row.ts';

/** Reads one extract, once each line went through `change`. */
function read(text: string, change: (line: string) => string = (line) => line) {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const layout = parseLayout(header);
  if (!layout.ok) throw new Error(layout.sentence);
  const readRow = createRowReader(layout.value);
  return lines.map((line, index) => readRow(change(line), index + 2));
}

const person = invent({ givenName: "N'GOLO", familyName: 'O"BRIEN' }, 1);
const one = personneActivite([person]);
const [row] = read(one);

describe('a row of the public extract', () => {
  it('says who, and what they practise', () => {
    expect(row).toMatchObject({
      line: 2,
      nationalId: person.nationalId,
      familyName: 'O"BRIEN',
      givenName: "N'GOLO",
      otherIds: [],
      phone: '',
      practice: {
        codeProfession: '10',
        codeSavoirFaire: 'SM26',
        codePostal: '75009',
        nomDexercice: 'O"BRIEN',
      },
    });
  });

  it('leaves empty the columns that its layout does not have', () => {
    const narrow = one.split('\n').map((line) => line.split('|').slice(0, 48).join('|'));
    expect(read(narrow.join('\n'))).toMatchObject([
      { practice: { codeProfession: '10', codeSecteurDactivite: '', codeRole: '', codeGenreActivite: '' } },
    ]);
  });
});

describe('a row of the restricted extract', () => {
  it('says civil names, other identifiers and contacts beside', () => {
    const rows = read(extractionProSanteConnect(seededPeople));
    expect(rows.find((each) => each.nationalId === '899700000088')).toMatchObject({
      otherIds: ['0759999998'],
      phone: '+33 639983571',
      mail: 'irene.vasseur@sante.example',
    });
    expect(rows.find((each) => each.nationalId === '899700000039')).toMatchObject({
      familyName: 'LEFÈVRE',
      givenName: 'Zoé',
      practice: { nomDexercice: "L'HERMITTE" },
    });
    expect(rows.find((each) => each.nationalId === '899700000062')).toMatchObject({ givenName: "N'GOLO" });
    expect(rows.every((each) => !('reason' in each))).toBe(true);
  });
});

describe('a bad row', () => {
  const { nationalId } = person;

  it.each([
    [
      'a column is missing',
      (line: string) => line.replace('75009|', ''),
      { reason: 'column_count', nationalId },
    ],
    ['the end was cut', (line: string) => line.slice(0, -1), { reason: 'column_count', nationalId }],
    ['there is one column more', (line: string) => `${line}|`, { reason: 'column_count', nationalId }],
    ['only its beginning is there', () => '8|997', { reason: 'column_count' }],
    [
      'it is not text',
      (line: string) => line.replace('PARIS', 'PAR\ufffdS'),
      { reason: 'not_text', nationalId },
    ],
    [
      'it holds a zero',
      (line: string) => line.replace('PARIS', 'PAR\0S'),
      { reason: 'not_text', nationalId },
    ],
    [
      'it is about nobody',
      (line: string) => line.replace(nationalId, ''),
      { reason: 'national_id_malformed' },
    ],
    [
      'the identifier lost its type',
      (line: string) => line.replace(nationalId, nationalId.slice(1)),
      { reason: 'national_id_malformed' },
    ],
    [
      'a value is too long',
      (line: string) => line.replace('75009 PARIS', 'P'.repeat(513)),
      { reason: 'value_too_long', nationalId },
    ],
  ])('is told with its reason and its person when %s', (_, change, rejected) => {
    expect(read(one, change)).toEqual([{ line: 2, ...rejected }]);
  });

  it('is told when its other identifiers are not understood', () => {
    const restricted = extractionProSanteConnect([person]);
    const spoilt = (other: string) => read(restricted, (line) => line.replace(`${nationalId},RPPS,1`, other));
    expect(spoilt('n’importe quoi')).toEqual([
      { line: 2, reason: 'other_identifiers_malformed', nationalId },
    ]);
    const many = Array.from({ length: 20 }, (_, i) => `07599999${10 + i},ADELI,1`).join(';');
    expect(spoilt(many)).toEqual([{ line: 2, reason: 'other_identifiers_malformed', nationalId }]);
  });
});
