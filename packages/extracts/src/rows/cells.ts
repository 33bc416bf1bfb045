import {
  labelOf,
  pharmacistSectionLabelOf,
  professionLabelOf,
  roleLabelOf,
  savoirFaireLabelOf,
  type TableName,
} from '@psc/nomenclatures';

/** Keeps what was computed: for the few hundred codes that come back millions of times. */
function once(compute: (code: string) => string): (code: string) => string {
  const known = new Map<string, string>();
  return (code) => {
    let cells = known.get(code);
    if (cells === undefined) {
      cells = compute(code);
      known.set(code, cells);
    }
    return cells;
  };
}

const codeAndLabel = (table: TableName) => once((code) => `${code}|${labelOf(table, code)}`);

/** Two cells, code and label; two empty ones for an empty code. */
export const cells = {
  civility: codeAndLabel('R81'),
  workCivility: codeAndLabel('R11'),
  category: codeAndLabel('R09'),
  profession: once((code) => `${code}|${professionLabelOf(code)}`),
  mode: codeAndLabel('R23'),
  sector: codeAndLabel('R02'),
  section: once((code) => `${code}|${pharmacistSectionLabelOf(code)}`),
  role: once((code) => `${code}|${roleLabelOf(code)}`),
  genre: codeAndLabel('R22'),
  country: codeAndLabel('R20'),
  streetType: codeAndLabel('R35'),
  cardType: codeAndLabel('R87'),
  diplomaType: codeAndLabel('R14'),
  stateDiploma: codeAndLabel('R48'),
  authorisation: codeAndLabel('R17'),
  discipline: codeAndLabel('R18'),
} as const;

/** Four cells, of the type and of the savoir-faire; `known` is the two codes and a space between. */
const savoirFaireOf = once((known) => {
  const [type = '', code = ''] = known.split(' ');
  return `${type}|${labelOf('R04', type)}|${code}|${savoirFaireLabelOf(type, code)}`;
});

export function savoirFaireCells({ type, code }: { readonly type: string; readonly code: string }): string {
  return savoirFaireOf(`${type} ${code}`);
}

/** So many empty cells. */
export function empty(count: number): string {
  return '|'.repeat(count - 1);
}
