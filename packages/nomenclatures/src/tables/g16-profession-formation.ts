import { defineTable } from '../table.ts';

/** What cards of students (CPF) say. */
export const professionFormation = defineTable({
  id: 'TRE_G16-ProfessionFormation',
  oid: '1.2.250.1.71.1.2.8',
  concepts: [
    ['10', 'Médecin en formation'],
    ['21', 'Pharmacien en formation'],
    ['40', 'Chirurgien-Dentiste en formation'],
    ['50', 'Sage-Femme en formation'],
  ],
});
