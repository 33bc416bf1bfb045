export {
  canonicalUrl,
  conceptOf,
  labelOf,
  oid,
  pharmacistSectionLabelOf,
  pharmacistSectionTableOf,
  professionLabelOf,
  professionTableOf,
  roleLabelOf,
  roleTableOf,
  savoirFaireLabelOf,
  savoirFaireTableOf,
  type TableName,
} from './nomenclatures.ts';
export type { Concept, Table } from './table.ts';
export { tables } from './tables/index.ts';
