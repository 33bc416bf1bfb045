import { labelOf } from '@psc/nomenclatures';
import { below, isAmong } from '../register/dice.ts';
import { cells, empty } from './cells.ts';
import type { RowWriter, World } from './world.ts';

const topic = { diploma: 3201, specialised: 3202, authorisation: 3203, discipline: 3204 } as const;

export function createDiplAutExercRows({ dice }: World): RowWriter {
  return ({ index, type, identifier, nationalId, published, nomDexercice, prenomDexercice, exercices }) => {
    if (!published) return [];
    const self = `${type}|${identifier}|${nationalId}|${nomDexercice}|${prenomDexercice}`;
    const diplomas: string[] = [];
    for (const { profession, category, savoirFaire } of exercices) {
      if (category === 'E') continue;
      if (profession.diploma !== '' && isAmong(dice(index, topic.diploma), 0.9))
        diplomas.push(`${cells.diplomaType('DE')}|${cells.stateDiploma(profession.diploma)}|${empty(4)}`);
      const [{ type: kind, code }] = savoirFaire;
      // The tables of these diplomas are not ours: the code is invented, and the label is that of the specialty.
      if (kind === 'S' && isAmong(dice(index, topic.specialised), 0.8))
        diplomas.push(`${cells.diplomaType('DES')}|DES-${code}|DES ${labelOf('R38', code)}|${empty(4)}`);
    }
    if (isAmong(dice(index, topic.authorisation), 0.012))
      diplomas.push(authorisationOf(exercices[0].profession.code));
    return diplomas.map((each) => `${self}|${each}`);

    function authorisationOf(profession: string): string {
      const discipline = String(1 + below(dice(index, topic.discipline), 41)).padStart(2, '0');
      return profession === '10'
        ? `${empty(4)}|${cells.authorisation('AM01')}|${cells.discipline(`DAUT${discipline}`)}`
        : `${empty(4)}|${cells.authorisation('AM27')}|${empty(2)}`;
    }
  };
}
