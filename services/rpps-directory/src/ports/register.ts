import type { Accepted } from '@psc/kernel';
import type { ImportCounts, ImportRefused } from '#src/domain/import-refusal.ts';
import type { ExtractKind, RegisterRow, RejectedRow } from '#src/domain/register-row.ts';

/** One extract of the register, whole: every person that this kind of file describes. */
export interface Extract {
  readonly kind: ExtractKind;
  /** In the file's order, some rows at a time: the file does not fit in memory. Read once. */
  readonly rows: AsyncIterable<readonly (RegisterRow | RejectedRow)[]>;
  /** SHA-256 (hexadecimal) of the file, once all its rows were read. */
  sha256(): string;
}

export interface ApplyOptions {
  /** The operator's reason for losing more people than the guard allows. */
  readonly force?: string | undefined;
}

export interface Register {
  /**
   * Brings the register to what the extract says, all or nothing. Refused while another import runs, when the extract
   * holds nobody, and when too many people would be lost.
   */
  apply(extract: Extract, options?: ApplyOptions): Promise<Accepted<ImportCounts> | ImportRefused>;
}
