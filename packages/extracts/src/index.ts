export { type Defect, defects } from './defects.ts';
export {
  type ExtractFormat,
  type ExtractKind,
  extractFileName,
  extractFormats,
  extractKinds,
} from './formats/index.ts';
export { type PersonneActiviteColumn, personneActivite56 } from './formats/personne-activite.ts';
export { type ProSanteConnectColumn, proSanteConnect51 } from './formats/pro-sante-connect.ts';
export { type ExtractOptions, generateExtract, peopleForRows } from './generate.ts';
export { type Churn, usualChurn } from './register/population.ts';
export { type ColumnValues, writeExtract } from './write-extract.ts';
