import { defineTable } from '../table.ts';

/** Shortened labels. The prefix of the national identifier of a structure (Struct_IdNat). */
export const typeIdentifiantStructure = defineTable({
  id: 'TRE_G07-TypeIdentifiantStructure',
  oid: '1.2.250.1.71.1.2.14',
  concepts: [
    ['0', 'ADELI rang'],
    ['1', 'FINESS'],
    ['2', 'SIREN'],
    ['3', 'SIRET'],
    ['4', 'RPPS rang'],
    ['5', 'FINESS entité juridique', { deprecated: true }],
    ['6', 'FINESS entité géographique', { deprecated: true }],
    ['40', 'Identifiant national de structure'],
    ['41', 'ROR'],
  ],
});
