import { defineTable } from '../table.ts';

export const competenceExclusive = defineTable({
  id: 'TRE_R40-CompetenceExclusive',
  oid: '1.2.250.1.213.2.30',
  concepts: [
    ['CEX22', 'Gynécologie médicale et obstétrique'],
    ['CEX24', 'Gynécologie médicale'],
    ['CEX26', 'Obstétrique'],
    ['CEX64', 'Urologie'],
  ],
});
