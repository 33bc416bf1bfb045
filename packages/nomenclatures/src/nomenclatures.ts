import type { Concept } from './table.ts';
import { tables } from './tables/index.ts';

export type TableName = keyof typeof tables;

export function conceptOf(table: TableName, code: string): Concept | undefined {
  return tables[table].byCode.get(code);
}

/** '' when the table does not know the code: labels are for people, who then read the code alone. */
export function labelOf(table: TableName, code: string): string {
  return conceptOf(table, code)?.label ?? '';
}

export function canonicalUrl(table: TableName): string {
  return tables[table].canonicalUrl;
}

export function oid(table: TableName): string | undefined {
  return tables[table].oid;
}

/** The professions of the register are the union of four tables (JDV_J106). */
const professionTables = ['G15', 'R95', 'R94', 'R291'] as const;

/** The table that a profession of the register belongs to. A code that two of them have is the one where it is not over. */
export function professionTableOf(code: string): (typeof professionTables)[number] | undefined {
  const knowing = professionTables.filter((table) => conceptOf(table, code) !== undefined);
  return knowing.find((table) => conceptOf(table, code)?.deprecated === false) ?? knowing[0];
}

export function professionLabelOf(code: string): string {
  const table = professionTableOf(code);
  return table === undefined ? '' : labelOf(table, code);
}

/** The table of each type of savoir-faire (TRE_R04). `CM` has none. */
const savoirFaireTables = {
  S: 'R38',
  C: 'R39',
  CEX: 'R40',
  DNQ: 'R42',
  CAPA: 'R43',
  PAC: 'R44',
  FQ: 'R45',
  SH: 'R46',
  DEC: 'R97',
  OP: 'G13',
  SST: 'R359',
} as const satisfies Record<string, TableName>;
type SavoirFaireTable = (typeof savoirFaireTables)[keyof typeof savoirFaireTables];
const savoirFaireTableByType = new Map<string, SavoirFaireTable>(Object.entries(savoirFaireTables));

/**
 * The table that a savoir-faire belongs to. Its type decides, for a code newer than our tables too; without a type that we
 * know, the code does.
 */
export function savoirFaireTableOf(type: string, code: string): SavoirFaireTable | undefined {
  return (
    savoirFaireTableByType.get(type) ??
    [...savoirFaireTableByType.values()].find((table) => conceptOf(table, code) !== undefined)
  );
}

export function savoirFaireLabelOf(type: string, code: string): string {
  const table = savoirFaireTableOf(type, code);
  return table === undefined ? '' : labelOf(table, code);
}

/** The table that a role of the register belongs to (JDV_J108), by the shape of its code: `FON-nn`, `3nn`, `4nn`. */
export function roleTableOf(code: string): 'R21' | 'R85' | 'R96' | undefined {
  if (/^FON-../.test(code)) return 'R21';
  if (/^3\d\d$/.test(code)) return 'R85';
  return /^4\d\d$/.test(code) ? 'R96' : undefined;
}

export function roleLabelOf(code: string): string {
  const table = roleTableOf(code);
  return table === undefined ? '' : labelOf(table, code);
}

/** The table that a section of the pharmacists' register belongs to: sections have one letter, their parts two. */
export function pharmacistSectionTableOf(code: string): 'R06' | 'G05' | undefined {
  if (conceptOf('R06', code)) return 'R06';
  return conceptOf('G05', code) ? 'G05' : undefined;
}

export function pharmacistSectionLabelOf(code: string): string {
  const table = pharmacistSectionTableOf(code);
  return table === undefined ? '' : labelOf(table, code);
}
