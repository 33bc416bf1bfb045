import { isAmong, weighted } from '../register/dice.ts';
import { cells, savoirFaireCells } from './cells.ts';
import type { RowWriter, World } from './world.ts';

const TOPIC = 3101;

/** What physicians have besides their specialty. */
const besidesOf = weighted([
  [{ type: 'C', code: 'C33' }, 5],
  [{ type: 'C', code: 'C05' }, 5],
  [{ type: 'C', code: 'C34' }, 5],
  [{ type: 'CAPA', code: 'CAPA02' }, 15],
  [{ type: 'CAPA', code: 'CAPA06' }, 15],
  [{ type: 'CAPA', code: 'CAPA10' }, 10],
  [{ type: 'DNQ', code: 'DSM220' }, 10],
  [{ type: 'DNQ', code: 'DSM213' }, 5],
  [{ type: 'DEC', code: 'DEC14' }, 5],
  [{ type: 'OP', code: '80' }, 8],
  [{ type: 'OP', code: '81' }, 8],
  [{ type: 'SST', code: 'SST09' }, 3],
  [{ type: 'SST', code: 'SST21' }, 3],
] as const);

export function createSavoirFaireRows({ dice }: World): RowWriter {
  return ({ index, type, identifier, nationalId, published, nomDexercice, prenomDexercice, exercices }) => {
    if (!published) return [];
    return exercices.flatMap(({ profession, category, savoirFaire }) => {
      const known = savoirFaire.filter(({ code }) => code !== '');
      if (profession.code === '10' && category !== 'E' && isAmong(dice(index, TOPIC), 0.14))
        known.push(besidesOf(dice(index, TOPIC + 1)));
      return known.map(
        (each) =>
          `${type}|${identifier}|${nationalId}|${nomDexercice}|${prenomDexercice}|` +
          `${cells.profession(profession.code)}|${cells.category(category)}|${savoirFaireCells(each)}`,
      );
    });
  };
}
