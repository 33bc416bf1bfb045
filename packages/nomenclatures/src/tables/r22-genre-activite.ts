import { defineTable } from '../table.ts';

export const genreActivite = defineTable({
  id: 'TRE_R22-GenreActivite',
  oid: '1.2.250.1.213.1.6.1.19',
  concepts: [
    ['GENR01', 'Activité standard de soin ou de pharmacien'],
    ['GENR02', 'Activité de soins ou de pharmacien en tant que remplaçant'],
    ['GENR03', 'Remplacement dans une activité de soins'],
    ['GENR04', 'Activité non soignante'],
    ['GENR06', 'Délégation de responsabilité pour continuité de service'],
    ['GENR08', "Activité de coordination et d'orientation"],
    [
      'GENR09',
      "Activité de professionnel du secteur social et médico-social exerçant des fonctions administratives ou d'appui à l'organisation de l'accompagnement",
    ],
    [
      'GENR10',
      "Activité de professionnel du secteur social et médico-social exerçant des fonctions d'accompagnement à la vie sociale, professionnelle et éducative",
    ],
    [
      'GENR11',
      "Activité de professionnel du secteur social et médico-social exerçant des fonctions d'accompagnement au soin",
    ],
    [
      'GENR12',
      "Activité de professionnel du social et médico-social exerçant des fonctions d'encadrement et d'organisation de l'accompagnement",
    ],
    ['GENR13', 'Activité médico-administrative'],
    ['GENR99', 'Autre activité'],
  ],
});
