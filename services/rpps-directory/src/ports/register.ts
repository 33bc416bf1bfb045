import type { Accepted } from '@psc/kernel';
import type { ImportCounts } from '#src/domain/import-counts.ts';
import type { ImportRefused } from '#src/domain/import-refusal.ts';
import type { RollbackRefused } from '#src/domain/rollback-refusal.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { OpenedExtract } from './extract.ts';

/** Where an import is; `bytes` and `rows` while it stages. */
export type Progress =
  | { readonly step: 'stage'; readonly bytes: number; readonly rows: number }
  /** An import of the same file was stopped: this one goes on from there. */
  | { readonly step: 'go_on'; readonly bytes: number; readonly lines: number }
  | { readonly step: 'compare' | 'write' };

export interface ImportOptions {
  readonly operator: string;
  /** The operator's reason for losing or changing more people than the guards allow. */
  readonly force?: string | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Imported {
  readonly version: number;
  readonly sha256: string;
  readonly counts: ImportCounts;
}

export interface RolledBack {
  readonly version: number;
  readonly undone: number;
  readonly counts: ImportCounts;
}

export interface Register {
  /**
   * Brings what this kind of file says to what the file says, all or nothing. Refused while another import runs, when the file
   * is not whole or holds nobody, and when too many people would be lost or changed. An import that was stopped goes on
   * when the same file is imported again.
   */
  import(extract: OpenedExtract, options: ImportOptions): Promise<Accepted<Imported> | ImportRefused>;

  /** Brings a kind back to what it was before its last version that was not undone yet. */
  rollBack(
    kind: FileKind,
    options: { readonly operator: string; readonly reason: string },
  ): Promise<Accepted<RolledBack> | RollbackRefused>;
}
