import { defineTable } from '../table.ts';

/** Withdrawn, and still the codes of the extracts. The usual ones. */
export const typeVoie = defineTable({
  id: 'TRE_R35-TypeVoie',
  oid: '1.2.250.1.213.2.44',
  concepts: [
    ['ALL', 'Allée'],
    ['AV', 'Avenue'],
    ['BD', 'Boulevard'],
    ['CHE', 'Chemin'],
    ['CRS', 'Cours'],
    ['FG', 'Faubourg'],
    ['IMP', 'Impasse'],
    ['PL', 'Place'],
    ['QUAI', 'Quai'],
    ['R', 'Rue'],
    ['RTE', 'Route'],
    ['SQ', 'Square'],
  ],
});
