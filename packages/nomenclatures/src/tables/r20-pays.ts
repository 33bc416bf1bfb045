import { defineTable } from '../table.ts';

/** The few codes of the Code officiel géographique (INSEE) that are met beside France; the others keep the label of the extract. */
export const pays = defineTable({
  id: 'TRE_R20-Pays',
  oid: '1.2.250.1.213.2.24',
  concepts: [
    ['99000', 'France'],
    ['99100', 'France'],
    ['99132', 'Royaume-Uni'],
    ['99131', 'Belgique'],
    ['99137', 'Luxembourg'],
    ['99138', 'Monaco'],
    ['99140', 'Suisse'],
  ],
});
