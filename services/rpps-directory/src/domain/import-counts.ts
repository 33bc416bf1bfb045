import type { Warning } from './row-problems.ts';

/** What an import or a rollback did: in people (or structures), except for `rows` and `rejected`. */
export interface ImportCounts {
  readonly rows: number;
  /** Rows that were set aside, and other identifiers that nobody gets. */
  readonly rejected: number;
  /** Other identifiers that were refused from now on since their record has other names, whichever file declares them. */
  readonly refusedClaims: number;
  readonly people: number;
  readonly created: number;
  readonly changed: number;
  /** Were there, and are not any more; ADELI numbers are not counted, since most of them moved to RPPS. */
  readonly lost: number;
  /** Were gone, and are back. */
  readonly returned: number;
  /** Rows that are odd, and imported all the same. */
  readonly warnings: readonly Warning[];
}
