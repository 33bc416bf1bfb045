import type { FileKind } from '#src/domain/stored-rows.ts';

/** A kind is one of a closed list: its tables are constants of the program. */
export function describedTable(kind: FileKind): string {
  return `described_${kind}`;
}

export function stagedTable(kind: FileKind): string {
  return `staged_${kind}`;
}

/** An ADELI number, and no account of Pro Santé Identité, whose UUID may begin alike: `originOf`, in SQL. */
export function isAdeli(column: string): string {
  return `(${column} LIKE '0%' AND ${column} !~ '^[0-9a-f]{8}-')`;
}

/** `originOf`, in SQL. */
export function isRpps(column: string): string {
  return `(${column} LIKE '8%' AND ${column} !~ '^[0-9a-f]{8}-')`;
}
