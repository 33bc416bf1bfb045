import { defineTable } from '../table.ts';

export const capacite = defineTable({
  id: 'TRE_R43-CapaciteSavoirFaire',
  oid: '1.2.250.1.213.2.33',
  concepts: [
    ['CAPA01', 'Addictologie clinique'],
    ['CAPA02', 'Aide médicale urgente'],
    ['CAPA03', 'Allergologie'],
    ['CAPA04', 'Angéiologie'],
    ['CAPA05', 'Evaluation et Traitement de la douleur'],
    ['CAPA06', 'Gérontologie'],
    ['CAPA07', 'Hydrologie et Climatologie médicales'],
    ['CAPA08', 'Médecine aérospatiale'],
    ['CAPA09', 'Médecine de catastrophe'],
    ['CAPA10', 'Médecine et Biologie du sport'],
    ['CAPA11', 'Médecine de santé au travail et Prévention des risques professionnels'],
    ['CAPA12', 'Médecine pénitentiaire'],
    ['CAPA13', 'Médecine tropicale'],
    ['CAPA14', 'Pratiques médico-judiciaires'],
    ['CAPA15', 'Technologie transfusionnelle'],
    ['CAPA16', 'Toxicomanies et Alcoologies'],
  ],
});
