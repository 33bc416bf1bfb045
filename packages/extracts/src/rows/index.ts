import type { ExtractKind } from '../formats/index.ts';
import { adeliRppsRows } from './adeli-rpps.ts';
import { createDiplAutExercRows } from './dipl-autexerc.ts';
import { createMailboxRows } from './mssante.ts';
import { createPersonneActiviteRows } from './personne-activite.ts';
import { createPorteursRows } from './porteurs.ts';
import { createProSanteConnectRows } from './pro-sante-connect.ts';
import { createSavoirFaireRows } from './savoir-faire.ts';
import type { RowWriter, World } from './world.ts';

export function createRows(kind: ExtractKind, columns: number, world: World): RowWriter {
  switch (kind) {
    case 'personne-activite':
      return createPersonneActiviteRows(world, columns);
    case 'pro-sante-connect':
      return createProSanteConnectRows(world, columns);
    case 'savoir-faire':
      return createSavoirFaireRows(world);
    case 'dipl-autexerc':
      return createDiplAutExercRows(world);
    case 'mssante':
      return createMailboxRows(world);
    case 'porteurs':
      return createPorteursRows(world);
    case 'adeli-rpps':
      return adeliRppsRows;
  }
}
