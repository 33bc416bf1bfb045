import { defineTable } from '../table.ts';

/** The national ones. The extracts write three of them, `CNOM/CNOM/ARS`, with ARS and CPAM besides. */
export const autoriteEnregistrement = defineTable({
  id: 'TRE_R60-AutoriteEnregistrement',
  concepts: [
    ['CNOM', 'Ordre des médecins'],
    ['CNOMK', 'Ordre des masseurs-kinésithérapeutes'],
    ['CNOP', 'Ordre des pharmaciens'],
    ['CNOPP', 'Ordre des pédicures-podologues'],
    ['CNOSF', 'Ordre des sages-femmes'],
    ['ONCD', 'Ordre des chirurgiens-dentistes'],
    ['ONI', 'Ordre des infirmiers'],
    ['SSA', 'Service de santé des armées'],
  ],
});
