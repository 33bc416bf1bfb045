import { defineTable } from '../table.ts';

/** M was labelled "Militaire" before. */
export const categorieProfessionnelle = defineTable({
  id: 'TRE_R09-CategorieProfessionnelle',
  oid: '1.2.250.1.213.1.6.1.10',
  concepts: [
    ['C', 'Civil'],
    ['E', 'Etudiant'],
    ['M', 'Agent public'],
    ['F', 'Fonctionnaire', { validTo: '2026-02-23' }],
  ],
});
