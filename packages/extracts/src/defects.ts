/** What can be wrong with a file, to test who reads it. */
export const defects = {
  /** Begins with a byte order mark. */
  bom: 'a byte order mark at the beginning',
  crlf: 'lines ended as on Windows',
  truncated: 'ends in the middle of the file, and of a row',
  rows: 'a bad row in a thousand: too few columns, too many, no identifier, a value too long',
  header: 'a column under another name',
  html: 'an error page instead of the file',
} as const;
export type Defect = keyof typeof defects;

export const htmlPage =
  '<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head>\n<body><h1>Service Unavailable</h1></body></html>\n';

export function spoilHeader(columns: readonly string[]): readonly string[] {
  return columns.map((column) => (/^Code profession$/i.test(column) ? 'Profession' : column));
}

const ONE_IN = 1_000;

/** Every thousandth row, each time in another way. */
export function spoilRow(row: string, number: number, separator: string): string {
  if (number % ONE_IN !== 0) return row;
  const cells = row.split(separator);
  switch ((number / ONE_IN) % 4) {
    case 0:
      return cells.slice(0, -3).join(separator);
    case 1:
      return [...cells, 'de trop'].join(separator);
    case 2:
      return cells.map(() => '').join(separator);
    default:
      return [...cells.slice(0, -1), 'x'.repeat(2_000)].join(separator);
  }
}
