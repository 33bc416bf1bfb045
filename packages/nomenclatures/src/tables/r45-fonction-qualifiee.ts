import { defineTable } from '../table.ts';

export const fonctionQualifiee = defineTable({
  id: 'TRE_R45-FonctionQualifiee',
  oid: '1.2.250.1.213.2.35',
  concepts: [
    ['FQ01', 'art. R.5124-16 Fabricant'],
    ['FQ02', 'art. R.5124-16 Exploitant'],
    ['FQ03', 'art. R.5124-16 Thérapie cellulaire'],
    ['FQ04', 'art. R.5124-18 Pharmacie'],
    ['FQ05', 'art. R.5141-129 Autovaccins'],
  ],
});
