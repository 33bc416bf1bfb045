import { isRpps } from '@psc/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExtractKind, extractFormats, extractKinds } from './formats/index.ts';
import { type ExtractOptions, generateExtract, peopleForRows } from './generate.ts';

const SEED = 7;
const PEOPLE = 4_000;
/** For what is seldom. */
const MANY = 25_000;

function bytesOf(options: Partial<ExtractOptions> & { kind: ExtractKind }): Buffer {
  return Buffer.concat([...generateExtract({ seed: SEED, people: PEOPLE, ...options })]);
}

/** The cells of each row, the header apart; the empty one after a trailing separator is taken away. */
function rowsOf(options: Partial<ExtractOptions> & { kind: ExtractKind }): string[][] {
  const { separator, encoding, trailingSeparator } = extractFormats[options.kind];
  const lines = bytesOf(options).toString(encoding).split('\n').slice(1, -1);
  return lines.map((line) => {
    const cells = line.split(separator);
    if ((options.trailingSeparator ?? trailingSeparator) && cells.pop() !== '')
      throw new Error('no separator');
    return cells;
  });
}

const nationalIdsOf = (rows: string[][]) => new Set(rows.map((cells) => cells[2] ?? ''));

const anyKind = fc.constantFrom(...extractKinds);
const anySeed = fc.nat({ max: 4_000_000_000 });
const fewPeople = fc.integer({ min: 1, max: 60 });
const anyDay = fc.integer({ min: 1, max: 40 });

describe('an extract', () => {
  it('is the same bytes for the same seed, people and day, and other ones for another seed', () => {
    fc.assert(
      fc.property(anyKind, anySeed, fewPeople, anyDay, (kind, seed, people, day) => {
        const options = { kind, seed, people, day };
        expect(bytesOf(options).equals(bytesOf(options))).toBe(true);
      }),
      { numRuns: 50 },
    );
    for (const kind of extractKinds)
      expect(bytesOf({ kind, people: 200, seed: 1 }).equals(bytesOf({ kind, people: 200, seed: 2 }))).toBe(
        false,
      );
  });

  it('has exactly its columns in every row, whatever its shape and its separator', () => {
    const shapes = extractKinds.flatMap((kind) =>
      extractFormats[kind].shapes.map((columns) => [kind, columns.length] as const),
    );
    for (const [kind, columns] of shapes)
      for (const trailingSeparator of [true, false]) {
        const rows = rowsOf({ kind, columns, trailingSeparator, people: 500, day: 3 });
        expect(rows.length).toBeGreaterThan(20);
        expect(new Set(rows.map((cells) => cells.length))).toEqual(new Set([columns]));
      }
    expect(() => bytesOf({ kind: 'savoir-faire', columns: 14 })).toThrow(
      'savoir-faire has 13 columns, not 14',
    );
  });

  it('can be written in its encoding', () => {
    for (const kind of extractKinds) {
      const { encoding } = extractFormats[kind];
      const bytes = bytesOf({ kind, people: 1_000 });
      const text = bytes.toString(encoding);
      expect(Buffer.from(text, encoding).equals(bytes)).toBe(true);
      expect(text).not.toContain('\ufffd');
    }
  });
});

describe('the register', () => {
  const rows = rowsOf({ kind: 'personne-activite' });
  const many = rowsOf({ kind: 'personne-activite', people: MANY });
  const column = (name: string) => {
    const at = extractFormats['personne-activite'].shapes[0].indexOf(name);
    expect(at).not.toBe(-1);
    return rows.map((cells) => cells[at] ?? '');
  };

  it('has identifiers that nobody has, one for each person', () => {
    const ids = [...nationalIdsOf(rows)];
    expect(ids.length).toBeGreaterThan(PEOPLE * 0.99);
    expect(ids.filter((id) => !/^(8999[1-9]\d{7}|00B\d{7})$/.test(id))).toEqual([]);
    const names = new Map<string, Set<string>>();
    for (const cells of rows) {
      const said = names.get(cells[2] ?? '') ?? new Set();
      names.set(cells[2] ?? '', said.add(`${cells[7]} ${cells[8]} ${cells[5]}`));
    }
    expect([...names.values()].every((said) => said.size === 1)).toBe(true);
  });

  it('has about 1.16 rows for a person, and some people with many', () => {
    const counts = new Map<string, number>();
    for (const [, , id = ''] of many) counts.set(id, (counts.get(id) ?? 0) + 1);
    const mean = many.length / counts.size;
    expect(mean).toBeGreaterThan(1.13);
    expect(mean).toBeLessThan(1.2);
    expect(Math.max(...counts.values())).toBeGreaterThan(15);
  });

  it('has rows as long as those of the real file, about 370 bytes', () => {
    const mean = bytesOf({ kind: 'personne-activite' }).length / rows.length;
    expect(mean).toBeGreaterThan(350);
    expect(mean).toBeLessThan(395);
  });

  it('has the cases that a reader trips over', () => {
    const text = many.map((cells) => cells.join('|')).join('\n');
    for (const trap of [
      '"',
      "D'ALMEIDA",
      'LEFÈVRE',
      'DE LA FONTAINE',
      '|GL|',
      '|99132|',
      '|2A',
      '|2B',
      '|97',
    ])
      expect(text).toContain(trap);
    expect(column('Code mode exercice').filter((code) => code === '').length).toBeGreaterThan(PEOPLE * 0.1);
    const types = column("Type d'identifiant PP");
    expect(types.filter((type) => type === '0').length).toBeGreaterThan(5);
    const wrong = [...nationalIdsOf(many)]
      .filter((id) => id.startsWith('8'))
      .filter((id) => !isRpps(id.slice(1)));
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.length).toBeLessThan(15);
  });

  it('has the professions of France in about their proportions', () => {
    const shareOf = (code: string) =>
      column('Code profession').filter((each) => each === code).length / rows.length;
    expect(shareOf('60')).toBeGreaterThan(0.28);
    expect(shareOf('60')).toBeLessThan(0.38);
    expect(shareOf('10')).toBeGreaterThan(0.14);
    expect(shareOf('10')).toBeLessThan(0.21);
    expect(new Set(column('Code profession')).size).toBeGreaterThan(20);
  });

  it('says the same of a structure to everybody who works there', () => {
    const said = new Map<string, Set<string>>();
    let shared = 0;
    for (const cells of rows) {
      const id = cells[23] ?? '';
      if (id === '') continue;
      const known = said.get(id) ?? new Set();
      if (known.size > 0) shared += 1;
      said.set(id, known.add(cells.slice(19, 47).join('|')));
    }
    expect([...said.values()].every((texts) => texts.size === 1)).toBe(true);
    expect(shared).toBeGreaterThan(PEOPLE / 4);
    expect([...said.keys()].every((id) => /^(F0B\d{7}|C999\d{11}|R1\d{13})$/.test(id))).toBe(true);
  });

  it('is the same people in every file', () => {
    const shown = nationalIdsOf(rows);
    for (const kind of ['savoir-faire', 'dipl-autexerc'] as const)
      expect([...nationalIdsOf(rowsOf({ kind }))].filter((id) => !shown.has(id))).toEqual([]);

    const mailboxes = rowsOf({ kind: 'mssante' });
    const personal = mailboxes.filter(([type]) => type === 'PER');
    expect(personal.every((cells) => shown.has(cells[4] ?? ''))).toBe(true);
    expect(mailboxes.length).toBeGreaterThan(personal.length);
    expect(mailboxes.every((cells) => cells[0] !== 'ORG' || cells[4] === '')).toBe(true);

    const cards = rowsOf({ kind: 'porteurs' });
    expect(
      cards.every((cells) => shown.has(cells[12] ?? '') && cells[12] === `${cells[12]?.[0]}${cells[0]}`),
    ).toBe(true);
    expect(new Set(cards.map((cells) => cells[11])).size).toBe(cards.length);

    const restricted = rowsOf({ kind: 'pro-sante-connect' });
    const everybody = nationalIdsOf(restricted);
    expect(everybody.size).toBe(PEOPLE);
    const hidden = [...everybody].filter((id) => !shown.has(id));
    expect(hidden.length).toBeGreaterThan(0);
    expect(hidden.length).toBeLessThan(PEOPLE * 0.01);
    expect(restricted.every((cells) => /^((\+33 ?|0)63998\d{4})?$/.test(cells[10] ?? ''))).toBe(true);

    const declared = restricted.flatMap((cells) => (cells[49] ?? '').match(/0(0B\d{7}),ADELI/)?.[1] ?? []);
    const table = rowsOf({ kind: 'adeli-rpps' });
    expect(new Set(table.map(([adeli]) => adeli))).toEqual(
      new Set(declared.filter((adeli) => !everybody.has(`0${adeli}`))),
    );
    expect(table.every(([, rpps]) => everybody.has(`8${rpps}`))).toBe(true);
  });
});

describe('the next day', () => {
  const churn = { changed: 0.014, left: 0.003, arrived: 0.003 };
  const described = (day: number, { people: count = 5_000, each = churn } = {}) => {
    const people = new Map<string, string>();
    for (const cells of rowsOf({ kind: 'pro-sante-connect', people: count, day, churn: each }))
      people.set(cells[2] ?? '', (people.get(cells[2] ?? '') ?? '') + cells.join('|'));
    return people;
  };
  const compare = (before: Map<string, string>, after: Map<string, string>) => ({
    changed: [...after].filter(([id, text]) => before.has(id) && before.get(id) !== text).length,
    left: [...before.keys()].filter((id) => !after.has(id)).length,
    arrived: [...after.keys()].filter((id) => !before.has(id)).length,
  });

  it.each([
    [1, 2],
    [2, 3],
    [9, 10],
  ])('differs by the share asked for: day %i and day %i', (one, next) => {
    const { changed, left, arrived } = compare(described(one), described(next));
    // Who gets an RPPS number leaves under the old one, and arrives under the new one.
    const before = 5_000 + (one - 1) * 15;
    expect(changed + left).toBeGreaterThan(5_000 * 0.017 - 4);
    expect(changed + left).toBeLessThan(before * 0.017 + 2);
    expect(left).toBeGreaterThan(5);
    expect(left).toBeLessThan(30);
    expect(arrived).toBeGreaterThanOrEqual(15);
    expect(arrived).toBeLessThan(25);
  });

  it('shows again somebody who had left, after some time', () => {
    const often = { people: 500, each: { changed: 0.01, left: 0.05, arrived: 0 } };
    const [first, soon, later] = [described(1, often), described(5, often), described(60, often)];
    const gone = [...first.keys()].filter((id) => !soon.has(id));
    expect(gone.some((id) => later.has(id))).toBe(true);
  });

  it('is the day before for everybody when nothing happens', () => {
    const nothing = { changed: 0, left: 0, arrived: 0 };
    expect(
      bytesOf({ kind: 'mssante', day: 30, churn: nothing }).equals(
        bytesOf({ kind: 'mssante', churn: nothing }),
      ),
    ).toBe(true);
  });

  it('reaches otherwise some of those who changed, and nobody else', () => {
    const contacts = (day: number) => {
      const people = new Map<string, { contact: string; rest: string }>();
      const churnOfDay = { changed: 0.2, left: 0, arrived: 0 };
      for (const cells of rowsOf({ kind: 'pro-sante-connect', day, churn: churnOfDay })) {
        const rest = (people.get(cells[2] ?? '')?.rest ?? '') + cells.slice(12).join('|');
        people.set(cells[2] ?? '', { contact: `${cells[10]} ${cells[11]}`, rest });
      }
      return people;
    };
    const before = contacts(1);
    const both = [...contacts(2)].flatMap(([id, after]) => {
      const known = before.get(id);
      return known === undefined ? [] : [{ known, after }];
    });
    const changed = both.filter(({ known, after }) => known.rest !== after.rest);
    const reached = both.filter(({ known, after }) => known.contact !== after.contact);
    expect(reached.every((each) => changed.includes(each))).toBe(true);
    expect(reached.length).toBeGreaterThan(changed.length * 0.2);
    expect(reached.length).toBeLessThan(changed.length * 0.45);
  });

  it('shows in the public file what changed', () => {
    const publicRows = (day: number) =>
      new Set(rowsOf({ kind: 'personne-activite', day, churn }).map(String));
    const [before, after] = [publicRows(1), publicRows(2)];
    const changed = [...after].filter((row) => !before.has(row));
    expect(changed.length).toBeGreaterThan(PEOPLE * 0.012);
  });
});

describe('the number of rows', () => {
  it('is what was asked for, or a few more', () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 1, max: 3_000 }), (seed, rows) => {
        const people = peopleForRows(seed, rows);
        const written = rowsOf({ kind: 'personne-activite', seed, people }).length;
        expect(written).toBeGreaterThanOrEqual(rows);
        expect(written).toBeLessThan(rows + 60);
      }),
      { numRuns: 10 },
    );
  });

  it('is refused when there are no numbers for so many people', () => {
    expect(() => bytesOf({ kind: 'adeli-rpps', people: 9_000_001 })).toThrow(RangeError);
    expect(() => bytesOf({ kind: 'adeli-rpps', people: 0 })).toThrow(RangeError);
    expect(() => bytesOf({ kind: 'adeli-rpps', day: 0 })).toThrow(RangeError);
  });
});

describe('a file with a defect', () => {
  const whole = bytesOf({ kind: 'personne-activite' }).toString();

  it('begins with a byte order mark', () => {
    expect(bytesOf({ kind: 'personne-activite', defects: ['bom'] }).toString()).toBe(`\ufeff${whole}`);
  });

  it('has the line ends of Windows', () => {
    expect(bytesOf({ kind: 'personne-activite', defects: ['crlf'] }).toString()).toBe(
      whole.replaceAll('\n', '\r\n'),
    );
  });

  it('ends in the middle of a row', () => {
    const cut = bytesOf({ kind: 'personne-activite', defects: ['truncated'] }).toString();
    expect(whole.startsWith(cut)).toBe(true);
    expect(cut.endsWith('\n')).toBe(false);
    expect(cut.length).toBeGreaterThan(whole.length / 3);
    expect(cut.length).toBeLessThan(whole.length / 1.5);
  });

  it('has a bad row in a thousand', () => {
    const lines = whole.split('\n');
    const spoiled = bytesOf({ kind: 'personne-activite', defects: ['rows'] })
      .toString()
      .split('\n');
    expect(spoiled.length).toBe(lines.length);
    const bad = spoiled.flatMap((line, number) => (line === lines[number] ? [] : [number]));
    expect(bad).toEqual([1_000, 2_000, 3_000, 4_000]);
  });

  it('has a column under another name', () => {
    const [header = ''] = bytesOf({ kind: 'personne-activite', defects: ['header'] })
      .toString()
      .split('\n');
    expect(header).toContain('|Profession|');
    expect(header).not.toContain('|Code profession|');
  });

  it('is a page', () => {
    expect(bytesOf({ kind: 'personne-activite', defects: ['html'] }).toString()).toMatch(/^<!DOCTYPE html>/);
  });
});
