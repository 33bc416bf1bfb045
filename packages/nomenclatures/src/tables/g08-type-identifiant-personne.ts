import { defineTable } from '../table.ts';

/** Shortened labels. The prefix of the national identifier of a person (IDNPS). */
export const typeIdentifiantPersonne = defineTable({
  id: 'TRE_G08-TypeIdentifiantPersonne',
  oid: '1.2.250.1.71.1.2.15',
  concepts: [
    ['0', 'ADELI'],
    ['1', 'Cabinet ADELI / identifiant interne'],
    ['2', 'DRASS', { deprecated: true }],
    ['3', 'FINESS / identifiant interne'],
    ['4', 'SIREN / identifiant interne'],
    ['5', 'SIRET / identifiant interne'],
    ['6', 'Cabinet RPPS / identifiant interne'],
    ['8', 'RPPS'],
    ['9', 'Etudiant', { deprecated: true }],
    ['10', 'Adresse MSSanté'],
    ['30', 'Situation ROR'],
  ],
});
