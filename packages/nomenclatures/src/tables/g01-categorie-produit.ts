import { defineTable } from '../table.ts';

/** Shortened labels. What a certificate of IGC-Santé is for; from 80 on, the same for tests. */
export const categorieProduit = defineTable({
  id: 'TRE_G01-CategorieProduit',
  oid: '1.2.250.1.71.1.2.5',
  concepts: [
    ['00', 'Carte CPx'],
    ['02', 'Module de sécurité, serveur'],
    ['03', 'Certificat logiciel'],
    ['80', 'Carte CPx de test'],
    ['82', 'Module de sécurité, serveur, de test'],
    ['83', 'Certificat logiciel de test'],
  ],
});
