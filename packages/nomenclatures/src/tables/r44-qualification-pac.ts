import { defineTable } from '../table.ts';

export const qualificationPac = defineTable({
  id: 'TRE_R44-QualificationPAC',
  oid: '1.2.250.1.213.2.34',
  concepts: [['PAC00', 'Qualification Praticien adjoint contractuel']],
});
