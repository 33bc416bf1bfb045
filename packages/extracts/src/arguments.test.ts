import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';
import { peopleForRows } from './generate.ts';

describe('the arguments', () => {
  it('of `pnpm extracts -- --kind …`', () => {
    const asked = readArguments(
      '-- --kind personne-activite --columns 48 --rows 100 --seed 3 --day 2 --churn 0.1 --no-trailing-separator --defect bom --defect crlf --out a.txt'.split(
        ' ',
      ),
    );
    expect(asked).toMatchObject({
      extract: {
        kind: 'personne-activite',
        columns: 48,
        people: peopleForRows(3, 100),
        seed: 3,
        day: 2,
        trailingSeparator: false,
        defects: ['bom', 'crlf'],
      },
      out: 'a.txt',
    });
    const { changed = 0, left = 0, arrived = 0 } = asked?.extract.churn ?? {};
    expect(changed + left + arrived).toBeCloseTo(0.1);
    expect(readArguments(['--kind', 'mssante', '--churn', '0.3,0.2,0.1'])?.extract).toMatchObject({
      people: 1000,
      day: 1,
      seed: 1,
      churn: { changed: 0.3, left: 0.2, arrived: 0.1 },
    });
  });

  it('ask for help', () => {
    expect(readArguments(['--help'])).toBeUndefined();
  });

  it.each([
    ['', /--kind: one of personne-activite, /],
    ['--kind everything', /--kind: one of/],
    ['--kind mssante --rows many', /--rows: a whole number/],
    ['--kind mssante --rows 0', /a whole number from 1/],
    ['--kind mssante --rows 1 --people 1', /not both/],
    ['--kind mssante --day -1', /day/],
    ['--kind mssante --churn 2', /--churn/],
    ['--kind mssante --churn 0.1,0.2', /--churn/],
    ['--kind mssante --defect toString', /--defect: one of bom, /],
    ['--kind mssante --size 3', /--size/],
  ])('%j are refused', (text, sentence) => {
    expect(() => readArguments(text.split(' ').filter((each) => each !== ''))).toThrow(sentence);
  });
});
