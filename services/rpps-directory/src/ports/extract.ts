import type { Accepted } from '@psc/kernel';
import type { ImportRefused } from '#src/domain/import-refusal.ts';
import type { RejectedRow, Warning } from '#src/domain/row-problems.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Contact } from './contacts.ts';

/** Consecutive rows of one subject. A subject may come again later in the file, in another run. */
export interface DescribedRun {
  /** Of its first row in the file, the header being 1. */
  readonly line: number;
  /** A national identifier, or `structure:<identifier>`. */
  readonly subject: string;
  /**
   * 64 bits, signed: the first 8 bytes of the SHA-256 of each stored row (in UTF-8), and of each other identifier (after a
   * line feed, which no row holds), XORed. A row or an identifier that comes twice in the run counts once. The contact is
   * not in it.
   */
  readonly digest: bigint;
  /** How many rows of the file, repeated ones too. */
  readonly count: number;
  /** StoredRows of the kind, a repeated row once. */
  readonly rows: string;
  /** National identifiers beside the subject's own. */
  readonly otherIds: readonly string[];
  /** Of the restricted file only, when the run has a telephone number or an address. */
  readonly contact: Contact | undefined;
}

/** How far a file was read, always at the end of a run. */
export interface Mark {
  /** Of the text, unzipped. */
  readonly bytes: number;
  readonly lines: number;
  /** Hexadecimal SHA-256 of these bytes. */
  readonly sha256: string;
}

/** Some runs, in the file's order, and the bad rows among them. */
export interface Batch {
  readonly described: readonly DescribedRun[];
  readonly rejected: readonly RejectedRow[];
  readonly warnings: readonly Warning[];
  readonly mark: Mark;
}

/** One file of a known kind, whose header was understood. */
export interface OpenedExtract {
  readonly kind: FileKind;
  /** The name of the file, or the address it came from without query nor user. */
  readonly source: string;
  /** Of the text, unzipped: what `mark.bytes` reaches at the end. */
  readonly bytes: number;
  /**
   * Reads from the beginning, or goes on from a mark, after proof that what is before it is the same
   * (`file_is_another` otherwise). Nothing of the file is in memory but a few batches. A refusal is the last item: the file
   * must then not be imported. Otherwise the last item has the mark of the whole file, and its hash.
   */
  read(from?: Mark): AsyncIterable<Accepted<Batch> | ImportRefused>;
}

/** The files that one source holds, in the order to import them in; several in a zip. */
export interface OpenedSource {
  readonly extracts: readonly OpenedExtract[];
  /** Ends reading, and removes what was downloaded. */
  close(): Promise<void>;
}

export interface SourceOptions {
  /** PEM file: the only authorities trusted for an https address. Without it, those of the system. */
  readonly caFile?: string | undefined;
  /** Hosts that the server may redirect to, beside its own. */
  readonly redirectHosts?: readonly string[] | undefined;
  /** Bytes received so far of a download or of standard input, and how many will come when it is known. */
  readonly onReceived?: ((received: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a path, `-` (standard input) or an https address: a file, or a zip of files. */
export interface Extracts {
  open(source: string, options?: SourceOptions): Promise<Accepted<OpenedSource> | ImportRefused>;
}
