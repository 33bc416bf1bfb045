/** Columns aligned on their longest cell; the last one is not padded. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows].map((row) => row.map(printable));
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What a terminal would obey is not printed. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
}

/** `2026-03-02 09:00:00Z`. */
export function moment(at: number | undefined): string {
  return at === undefined ? '' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
