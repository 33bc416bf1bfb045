import { defineTable } from '../table.ts';

/** Professions known by a protected title. */
export const usagerTitre = defineTable({
  id: 'TRE_R95-UsagerTitre',
  oid: '1.2.250.1.213.1.6.1.109',
  concepts: [
    ['71', 'Ostéopathe'],
    ['72', 'Psychothérapeute'],
    ['73', 'Chiropracteur'],
    ['93', 'Psychologue'],
  ],
});
