/** What each column says of a row. */
export type ColumnValues<Column extends string, Row> = Readonly<Record<Column, (row: Row) => string>>;

/** A whole file, its lines ended by a separator: for a few rows, in memory. */
export function writeExtract<Column extends string, Row>(
  columns: readonly Column[],
  values: ColumnValues<Column, Row>,
  rows: readonly Row[],
): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => bare(values[column](row))))];
  return lines.map((line) => `${line.join('|')}|\n`).join('');
}

/** The format has no quoting: a separator or a line feed would become columns or rows of someone else. */
function bare(value: string): string {
  return value.replaceAll(/[|\r\n]/g, ' ');
}
