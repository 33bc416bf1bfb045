import { extractionProSanteConnect, personneActivite } from '@psc/sandbox/seeds/extracts.ts';
import { describe, expect, it } from 'vitest';
import { parseLayout } from './layout.ts';

const headerOf = (text: string) => (text.split('\n')[0] ?? '').split('|').filter(Boolean);
const publicHeader = headerOf(personneActivite([]));
const restrictedHeader = headerOf(extractionProSanteConnect([]));

const layoutOf = (headers: readonly string[], end = '|') => {
  const layout = parseLayout(headers.join('|') + end);
  if (!layout.ok) throw new Error(layout.sentence);
  return layout.value;
};

describe('the header of an extract', () => {
  it.each([
    [56, publicHeader],
    [52, publicHeader.slice(0, 52)],
    [48, publicHeader.slice(0, 48)],
  ])('with %i columns is the public one', (width, headers) => {
    const layout = layoutOf(headers);
    expect(layout).toMatchObject({ kind: 'personne_activite', width, trailing: true });
    expect(layout.positions.get('nationalId')).toBe(2);
    expect(layout.positions.get('codeGenreActivite')).toBe(width === 56 ? 54 : undefined);
  });

  it.each([
    [51, restrictedHeader],
    [50, restrictedHeader.toSpliced(49, 1)],
    [49, restrictedHeader.slice(0, 49)],
  ])('with %i columns is the restricted one', (width, headers) => {
    const layout = layoutOf(headers);
    expect(layout).toMatchObject({ kind: 'pro_sante_connect', width });
    expect(layout.positions.get('autresIdentifiants')).toBe(width === 51 ? 49 : undefined);
    expect(layout.positions.get('mailCorrespondance')).toBe(11);
  });

  it('is read by name: in any order, any case, with any apostrophe', () => {
    const shuffled = publicHeader.toReversed().map((header) => ` ${header.toUpperCase().replace("'", '’')}`);
    expect(layoutOf(shuffled).positions.get('nationalId')).toBe(53);
  });

  it('may or may not end with a separator', () => {
    expect(layoutOf(publicHeader, '')).toMatchObject({ width: 56, trailing: false });
  });

  it('that lacks a column is refused with its name', () => {
    const without = publicHeader.filter((header) => header !== 'Code profession');
    expect(parseLayout(without.join('|'))).toMatchObject({
      refusal: 'header_unknown',
      sentence: 'line 1: missing column "Code profession"',
    });
  });

  it('that has a column under another name is refused with its number', () => {
    const renamed = publicHeader.with(9, 'Code du métier');
    expect(parseLayout(renamed.join('|'))).toMatchObject({
      sentence: 'line 1: missing column "Code profession"; unknown column number 10',
    });
    const optional = publicHeader.with(52, 'Code fonction');
    expect(parseLayout(optional.join('|'))).toMatchObject({ sentence: 'line 1: unknown column number 53' });
  });

  it('that has a column twice is refused', () => {
    expect(parseLayout([...publicHeader, 'Code postal (coord. structure)'].join('|'))).toMatchObject({
      sentence: 'line 1: column "Code postal (coord. structure)" comes twice',
    });
  });

  it('may gain columns after those of the newest layout', () => {
    expect(layoutOf([...publicHeader, 'Code du futur']).width).toBe(57);
    expect(layoutOf([...restrictedHeader, 'Code du futur']).width).toBe(52);
  });

  it('that is missing is refused without quoting whose line stands there', () => {
    const line = personneActivite([]).replace(
      /.*/,
      '8|99700000013|899700000013|DR|Docteur|MME|Madame|LAMBDA|CAMILLE|',
    );
    const refused = parseLayout(line.trim());
    expect(refused).toMatchObject({ refusal: 'header_unknown' });
    expect(JSON.stringify(refused)).not.toMatch(/LAMBDA|899700000013/);
  });
});
