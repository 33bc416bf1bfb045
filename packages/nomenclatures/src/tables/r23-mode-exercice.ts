import { defineTable } from '../table.ts';

/** I came in February 2026. */
export const modeExercice = defineTable({
  id: 'TRE_R23-ModeExercice',
  oid: '1.2.250.1.213.1.6.1.18',
  concepts: [
    ['L', 'Libéral, indépendant, artisan, commerçant'],
    ['S', 'Salarié'],
    ['B', 'Bénévole'],
    ['I', 'Indirect'],
  ],
});
