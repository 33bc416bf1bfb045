import { below, isAmong } from '../register/dice.ts';
import type { Person } from '../register/people.ts';
import { cells } from './cells.ts';
import type { RowWriter, World } from './world.ts';

const topic = { holds: 3401, issued: 3402, opposed: 3403 } as const;

const DAY_MS = 86_400_000;
/** Cards are dated from here, whatever the day of the register. */
const TODAY = Date.UTC(2026, 0, 2);
const VALID_DAYS = 3 * 365;

export function createPorteursRows({ dice }: World): RowWriter {
  return (person) => {
    const { index, published, exercices } = person;
    const [{ profession, category }] = exercices;
    if (!published || !isAmong(dice(index, topic.holds), profession.cards)) return [];
    // Cards live three years.
    const issued = TODAY - (1 + below(dice(index, topic.issued), VALID_DAYS - 1)) * DAY_MS;
    const cards = [cardOf(person, category === 'E' ? 'CPF' : 'CPS', 0, issued, '')];
    if (isAmong(dice(index, topic.opposed), 0.03)) {
      // Lost the day before the one that replaces it was issued.
      cards.unshift(
        cardOf(person, category === 'E' ? 'CPF' : 'CPS', 1, issued - 200 * DAY_MS, dayOf(issued - DAY_MS)),
      );
    }
    return cards;
  };
}

function cardOf(person: Person, type: 'CPS' | 'CPF', rank: number, issued: number, opposed: string): string {
  const [{ profession, category, civility }] = person.exercices;
  // An issuer has ten digits for a card: no real one begins with 99.
  const number = `99${String(person.index * 2 + rank).padStart(8, '0')}`;
  return (
    `${person.identifier}|${cells.workCivility(civility)}|${person.nomDexercice}|${person.prenomDexercice}|` +
    `${cells.profession(profession.code)}|${cells.category(category)}|${cells.cardType(type)}|${number}|` +
    `${person.nationalId}|${dayOf(issued)}|${dayOf(issued + VALID_DAYS * DAY_MS)}|${opposed}|${opposed || dayOf(issued)}`
  );
}

function dayOf(time: number): string {
  const [year, month, day] = new Date(time).toISOString().slice(0, 10).split('-');
  return `${day}/${month}/${year}`;
}
