import { defineTable } from '../table.ts';

export const civilite = defineTable({
  id: 'TRE_R81-Civilite',
  oid: '1.2.250.1.213.1.6.1.69',
  concepts: [
    ['M', 'Monsieur'],
    ['MME', 'Madame'],
  ],
});
