import { defineTable } from '../table.ts';

export const typeBal = defineTable({
  id: 'TRE_R257-TypeBAL',
  oid: '1.2.250.1.213.3.3.55',
  concepts: [
    ['PER', 'Boîte aux lettres personnelle'],
    ['ORG', 'Boîte aux lettres organisationnelle'],
    ['APP', 'Boîte aux lettres applicative'],
    ['CAB', 'Boîte aux lettres cabinet'],
  ],
});
