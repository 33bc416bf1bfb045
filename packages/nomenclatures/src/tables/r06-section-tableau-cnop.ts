import { defineTable } from '../table.ts';

export const sectionTableauCnop = defineTable({
  id: 'TRE_R06-SectionTableauCNOP',
  oid: '1.2.250.1.213.2.37',
  concepts: [
    ['A', "Pharmacien titulaire d'officine"],
    ['B', "Pharmacien d'entreprise - industrie"],
    ['C', "Pharmacien d'entreprise - distribution"],
    ['D', 'Pharmacien adjoint, remplaçant ou gérant'],
    ['E', "Pharmacien d'Outre-Mer"],
    ['G', 'Pharmacien biologiste'],
    ['H', "Pharmacien d'établissement de santé"],
    ['M', 'Pharmacien militaire'],
  ],
});
