import { defineTable } from '../table.ts';

export const professionSocial = defineTable({
  id: 'TRE_R94-ProfessionSocial',
  oid: '1.2.250.1.213.1.6.1.4',
  concepts: [['41', 'Assistant de service social']],
});
