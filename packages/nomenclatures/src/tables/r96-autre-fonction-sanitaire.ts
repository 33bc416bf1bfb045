import { defineTable } from '../table.ts';

export const autreFonctionSanitaire = defineTable({
  id: 'TRE_R96-AutreFonctionSanitaire',
  oid: '1.2.250.1.213.1.6.1.110',
  concepts: [
    ['407', 'Tatoueur'],
    ['408', 'Perceur corporel'],
    ['409', 'Maquilleur permanent'],
  ],
});
