import { defineTable } from '../table.ts';

/** OM: outre-mer. */
export const sousSectionTableauCnop = defineTable({
  id: 'TRE_G05-SousSectionTableauCNOP',
  oid: '1.2.250.1.71.4.2.6',
  concepts: [
    ['DA', 'Pharmacien adjoint'],
    ['DM', 'Pharmacien mutualiste ou minier'],
    ['EA', "Pharmacien titulaire d'officine - OM"],
    ['EB', "Pharmacien d'entreprise - industrie - OM"],
    ['EC', "Pharmacien d'entreprise - distribution - OM"],
    ['ED', 'Pharmacien adjoint - OM'],
    ['EG', 'Pharmacien biologiste - OM'],
    ['EH', "Pharmacien d'établissement de santé - OM"],
  ],
});
