import { extractFormats, extractKinds } from '@psc/extracts';
import { describe, expect, it } from 'vitest';
import { storedFields } from '#src/domain/stored-rows.ts';
import { parseHeader } from './header.ts';

const restricted = extractFormats['pro-sante-connect'].shapes[0];
const open = extractFormats['personne-activite'].shapes[0];

const layoutOf = (headers: readonly string[], end = '|', separator = '|') => {
  const layout = parseHeader(headers.join(separator) + end);
  if (!layout.ok) throw new Error(layout.sentence);
  return layout.value;
};

const shapes = extractKinds.flatMap((kind) =>
  extractFormats[kind].shapes.map((headers) => [headers.length, kind, headers] as const),
);

describe('the header of a file', () => {
  it.each(shapes)('with %i columns is that of %s', (width, kind, headers) => {
    const { separator, trailingSeparator } = extractFormats[kind];
    const layout = layoutOf(headers, trailingSeparator ? separator : '', separator);
    expect(layout).toMatchObject({
      kind: kind.replaceAll('-', '_'),
      width,
      separator,
      trailing: trailingSeparator,
    });
  });

  it.each(extractKinds)('of the newest %s has all that is kept of it', (name) => {
    const { shapes, separator } = extractFormats[name];
    const { kind, positions } = layoutOf(shapes[0], '', separator);
    // In the public file there are no civil names, and in the restricted one no names of towns.
    const nowhere = { personne_activite: ['familyName', 'givenName'], pro_sante_connect: ['libelleCommune'] };
    const missing = storedFields[kind].filter((field) => !positions.has(field));
    expect(missing).toEqual(kind in nowhere ? nowhere[kind as keyof typeof nowhere] : []);
  });

  it('puts each field where its column is', () => {
    const { positions } = layoutOf(open);
    expect(positions.get('nationalId')).toBe(2);
    expect(positions.get('codeGenreActivite')).toBe(54);
    expect(layoutOf(restricted).positions.get('mail')).toBe(11);
    expect(layoutOf(extractFormats.porteurs.shapes[0]).positions.get('numeroCarte')).toBe(11);
  });

  it('of the mailboxes may have the names of 2018', () => {
    const headers =
      'type_bal|adresse_bal|type_identifiant_pp|identifiant_pp|identification_nationale_pp|type_identifiant_structure|identification_structure|service_rattachement|civilite_exercice|nom_exercice|prenom_exercice|cat_profession|libelle_cat|code_profession|libelle_profession|code_savoir_faire|libelle_savoir_faire|dematerialisation|raison_sociale|enseigne|complement_localisation|complement_distribution|numero_voie|complement_numero_voie|type_voie|libelle_voie|lieudit_mention|ligne_acheminement|code_postal|departement|pays';
    expect(layoutOf(headers.split('|'), '')).toMatchObject({ kind: 'mssante', width: 31 });
  });

  it('is read by name: in any order, any case, with any apostrophe', () => {
    const shuffled = open.toReversed().map((header) => ` ${header.toUpperCase().replace("'", '’')}`);
    expect(layoutOf(shuffled).positions.get('nationalId')).toBe(53);
  });

  it('that lacks a column is refused with its name', () => {
    const without = open.filter((header) => header !== 'Code profession');
    expect(parseHeader(without.join('|'))).toMatchObject({
      refusal: 'header_unknown',
      sentence: 'line 1: missing column "Code profession"',
    });
  });

  it('that has a column under another name is refused with its number', () => {
    const renamed = open.map((header, i) => (i === 9 ? 'Code du métier' : header));
    expect(parseHeader(renamed.join('|'))).toMatchObject({
      sentence: 'line 1: missing column "Code profession"; unknown column number 10',
    });
    const optional = open.map((header, i) => (i === 52 ? 'Code fonction' : header));
    expect(parseHeader(optional.join('|'))).toMatchObject({ sentence: 'line 1: unknown column number 53' });
  });

  it('of the cards, which we do not know whole, may have other columns, but must have those of the card', () => {
    const cards = extractFormats.porteurs.shapes[0];
    const more = cards.toSpliced(3, 0, 'Une autre colonne');
    expect(layoutOf(more).positions.get('numeroCarte')).toBe(12);
    const renamed = more.map((header) => (header === 'Date opposition' ? 'Date de perte' : header));
    expect(parseHeader(renamed.join('|'))).toMatchObject({
      sentence: 'line 1: missing column "Date opposition"; unknown column number 4, 17',
    });
  });

  it('that has a column twice is refused', () => {
    expect(parseHeader([...open, 'Code postal (coord. structure)'].join('|'))).toMatchObject({
      sentence: 'line 1: column "Code postal (coord. structure)" comes twice',
    });
  });

  it('may gain columns after those of the newest layout', () => {
    expect(layoutOf([...open, 'Code du futur']).width).toBe(57);
    expect(layoutOf([...restricted, 'Code du futur']).width).toBe(52);
  });

  it.each(['8|99700000013|899700000013|DR|Docteur|MME|Madame|LAMBDA|CAMILLE|', '75009;LAMBDA', 'LAMBDA'])(
    'that is missing is refused without quoting whose line stands there: %s',
    (line) => {
      const refused = parseHeader(line);
      expect(refused).toMatchObject({ refusal: 'header_unknown' });
      expect(JSON.stringify(refused)).not.toMatch(/LAMBDA|899700000013/);
    },
  );
});
