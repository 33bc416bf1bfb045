import { defineTable } from '../table.ts';

export const typeDiplome = defineTable({
  id: 'TRE_R14-TypeDiplome',
  concepts: [
    ['ATT', 'Attestation'],
    ['AU', 'Autre type de diplôme'],
    ['CAPA', 'Capacité'],
    ['CES', "Certificat d'études spéciales"],
    ['CQ', 'Commission de qualification', { validTo: '2023-04-28' }],
    ['D2C', 'Diplôme de 2ième cycle non qualifiant'],
    ['DAU', "Diplôme d'un pays hors UE et hors EEE"],
    ['DE', "Diplôme d'Etat français"],
    ['DEEE', "Diplôme d'un pays de l'UE ou de l'EEE"],
    ['DEES', "Diplôme européen d'études spécialisées"],
    ['DES', "Diplôme d'études spécialisées"],
    ['DESC1', "Diplôme d'études spécialisées complémentaire groupe 1"],
    ['DESC2', "Diplôme d'études spécialisées complémentaire groupe 2"],
    ['DU', "Diplôme d'université (DU) ou inter-universitaire (DIU)"],
    ['FST', 'Formation Spécialisée Transversale (FST)'],
  ],
});
