import type { ImportCounts } from '#src/domain/import-counts.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';

/** One accepted import or rollback. */
export interface Version {
  readonly id: number;
  readonly kind: FileKind;
  readonly source: string;
  readonly sha256: string;
  readonly operator: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly reason: string | null;
  /** For a rollback: the version that it undid. */
  readonly undoes: number | null;
  /** The rollback that undid it. */
  readonly undoneBy: number | null;
  readonly counts: ImportCounts;
}

export const changes = ['created', 'changed', 'left', 'returned'] as const;
export type Change = (typeof changes)[number];

/** What a version did to one subject. */
export interface SubjectDiff {
  readonly subject: string;
  readonly change: Change;
  /** For `changed`: the names of the stored fields whose values differ, and `otherIds` and `contact`; never a value. */
  readonly fields: readonly string[];
}

export interface VersionDiff {
  readonly version: Version;
  /** False for the first version of its kind, and for one so old that what it replaced is forgotten. */
  readonly kept: boolean;
  readonly subjects: readonly SubjectDiff[];
}

export interface KeptReject {
  /** Null when the import of another kind showed that it is wrong. */
  readonly line: number | null;
  readonly reason: string;
  readonly subject: string | null;
}

/** What was done to the register, for operators. Every list has a limit. */
export interface Versions {
  /** The newest first. */
  list(filter: { readonly kind?: FileKind | undefined; readonly limit: number }): Promise<readonly Version[]>;
  /** Of the last version, when no number is given. */
  diff(
    id: number | undefined,
    filter: { readonly change?: Change | undefined; readonly limit: number },
  ): Promise<VersionDiff | undefined>;
  /** Of the last file of this kind, in its order; undefined when there was none. */
  rejects(
    kind: FileKind,
    limit: number,
  ): Promise<{ readonly version: Version; readonly rejects: readonly KeptReject[] } | undefined>;
}
