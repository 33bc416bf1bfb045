import { defineTable } from '../table.ts';

export const typeCarte = defineTable({
  id: 'TRE_R87-TypeCarte',
  oid: '1.2.250.1.213.1.6.1.106',
  concepts: [
    ['CPS', 'Carte de Professionnel de Santé (CPS)'],
    ['CPF', 'Carte de Professionnel de Santé en Formation (CPF)'],
    ['CPE', "Carte de Personnel d'Etablissement de santé (CDE/CPE)"],
    ['CPA', 'Carte de Personnel Autorisé (CDA/CPA)'],
  ],
});
