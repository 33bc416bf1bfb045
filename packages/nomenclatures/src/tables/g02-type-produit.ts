import { defineTable } from '../table.ts';

/** The type of the card, in its certificates. */
export const typeProduit = defineTable({
  id: 'TRE_G02-TypeProduit',
  oid: '1.2.250.1.71.1.2.2',
  concepts: [
    ['00', 'CPS'],
    ['01', 'CPF'],
    ['02', 'CDE/CPE'],
    ['03', 'CDA/CPA'],
  ],
});
