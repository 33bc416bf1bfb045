import type { RowWriter } from './world.ts';

/** Who had an ADELI number and has an RPPS number now. */
export const adeliRppsRows: RowWriter = ({ adeli, rpps }) =>
  adeli !== '' && rpps !== '' ? [`${adeli};${rpps}`] : [];
