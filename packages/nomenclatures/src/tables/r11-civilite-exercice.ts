import { defineTable } from '../table.ts';

export const civiliteExercice = defineTable({
  id: 'TRE_R11-CiviliteExercice',
  oid: '1.2.250.1.213.1.6.1.11',
  concepts: [
    ['DR', 'Docteur'],
    ['PR', 'Professeur'],
    ['MC', 'Médecin chef'],
    ['MG', 'Médecin général'],
    ['PC', 'Pharmacien chef'],
    ['PG', 'Pharmacien général'],
  ],
});
