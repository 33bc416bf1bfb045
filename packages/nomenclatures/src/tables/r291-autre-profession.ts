import { defineTable } from '../table.ts';

/** Without a regulated profession: the role says what they do. */
export const autreProfession = defineTable({
  id: 'TRE_R291-AutreProfession',
  oid: '1.2.250.1.213.1.6.1.140',
  concepts: [['99', 'Acteur participant au système de santé, caractérisé par son rôle']],
});
