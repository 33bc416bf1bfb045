import { defineTable } from '../table.ts';

export const typeSavoirFaire = defineTable({
  id: 'TRE_R04-TypeSavoirFaire',
  oid: '1.2.250.1.213.1.6.1.16',
  concepts: [
    ['S', 'Spécialité ordinale'],
    ['C', 'Compétence de médecine'],
    ['CEX', 'Compétence exclusive'],
    ['CAPA', 'Capacité'],
    ['DEC', "Droit d'exercice complémentaire"],
    ['DNQ', 'DESC non qualifiant'],
    ['PAC', 'Qualification PAC'],
    ['FQ', 'Fonction qualifiée'],
    ['OP', 'Orientation particulière'],
    ['SH', 'Spécialité de concours hospitalier'],
    ['SST', 'Surspécialité (FST)'],
    ['CM', 'Compétence métier'],
  ],
});
