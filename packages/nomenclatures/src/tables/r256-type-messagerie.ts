import { defineTable } from '../table.ts';

export const typeMessagerie = defineTable({
  id: 'TRE_R256-TypeMessagerie',
  oid: '1.2.250.1.213.3.3.54',
  concepts: [['MSSANTE', 'MSSANTE']],
});
