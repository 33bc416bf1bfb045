import type { Postgres } from '@psc/datastores';
import { differingFields } from '#src/domain/differing-fields.ts';
import type { ImportCounts } from '#src/domain/import-counts.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Change, KeptReject, SubjectDiff, Version, Versions } from '#src/ports/versions.ts';
import { describedTable } from './tables.postgres.ts';

export function createPostgresVersions({ postgres }: { postgres: Postgres }): Versions {
  return {
    async list({ kind, limit }) {
      const { rows } = await postgres.query<VersionRow>(
        `${VERSIONS} WHERE $1::text IS NULL OR v.kind = $1 ORDER BY v.id DESC LIMIT $2`,
        [kind ?? null, limit],
      );
      return rows.map(versionOf);
    },

    async diff(id, { change, limit }) {
      const { rows: found } = await postgres.query<VersionRow>(
        `${VERSIONS} WHERE $1::bigint IS NULL OR v.id = $1 ORDER BY v.id DESC LIMIT 1`,
        [id ?? null],
      );
      const [row] = found;
      if (!row) return undefined;
      const version = versionOf(row);
      const { rows } = await postgres.query<ChangeRow>(diffQuery(version.kind), [
        version.id,
        change ?? null,
        limit,
      ]);
      return { version, kept: row.kept, subjects: rows.map((each) => subjectDiff(version.kind, each)) };
    },

    async rejects(kind, limit) {
      const { rows: found } = await postgres.query<VersionRow>(
        `${VERSIONS} WHERE v.kind = $1 AND v.undoes IS NULL ORDER BY v.id DESC LIMIT 1`,
        [kind],
      );
      const [row] = found;
      if (!row) return undefined;
      const { rows: rejects } = await postgres.query<KeptReject>(
        'SELECT line, reason, subject FROM rejected_rows WHERE version_id = $1 ORDER BY line LIMIT $2',
        [row.id, limit],
      );
      return { version: versionOf(row), rejects };
    },
  };
}

interface VersionRow {
  readonly id: string;
  readonly kind: FileKind;
  readonly source: string;
  readonly sha256: string;
  readonly operator: string;
  readonly started_at: Date;
  readonly finished_at: Date;
  readonly reason: string | null;
  readonly undoes: string | null;
  readonly undone_by: string | null;
  readonly counts: ImportCounts;
  readonly kept: boolean;
}

const VERSIONS = `
  SELECT v.*, (SELECT u.id FROM versions u WHERE u.undoes = v.id) AS undone_by,
    (SELECT count(*) FROM versions n WHERE n.kind = v.kind AND n.id > v.id) < 3
      AND EXISTS (SELECT FROM versions b WHERE b.kind = v.kind AND b.id < v.id) AS kept
  FROM versions v`;

function versionOf(row: VersionRow): Version {
  const { id, kind, source, sha256, operator, started_at, finished_at, reason, undoes, undone_by, counts } =
    row;
  return {
    id: Number(id),
    kind,
    source,
    sha256,
    operator,
    startedAt: started_at,
    finishedAt: finished_at,
    reason,
    undoes: undoes === null ? null : Number(undoes),
    undoneBy: undone_by === null ? null : Number(undone_by),
    counts,
  };
}

interface ChangeRow {
  readonly subject: string;
  readonly change: Change;
  readonly before: string | null;
  readonly after: string | null;
  readonly others_differ: boolean;
  readonly contact_differs: boolean;
}

/** What there was after a version is what the next one that touched the subject kept, or what there is now. */
function diffQuery(kind: FileKind): string {
  return `
    SELECT c.subject, c.change, c.rows AS before, after.rows AS after,
      c.other_ids IS DISTINCT FROM after.other_ids AS others_differ,
      (c.contact IS NULL) <> (after.contact IS NULL)
        OR EXISTS (SELECT FROM register_events e WHERE e.version_id = c.version_id AND e.subject = c.subject
          AND e.type = 'contact_changed') AS contact_differs
    FROM (
      SELECT * FROM changes WHERE version_id = $1 AND ($2::text IS NULL OR change = $2)
      ORDER BY subject LIMIT $3
    ) AS c
    LEFT JOIN LATERAL (
      SELECT rows, other_ids, contact FROM (
        SELECT n.version_id, n.rows, n.other_ids, n.contact FROM changes n JOIN versions v ON v.id = n.version_id
        WHERE n.subject = c.subject AND n.version_id > c.version_id AND v.kind = '${kind}'
        UNION ALL
        SELECT NULL, d.rows, d.other_ids, d.contact FROM ${describedTable(kind)} d WHERE d.subject = c.subject
      ) AS later ORDER BY version_id NULLS LAST LIMIT 1
    ) AS after ON true
    ORDER BY c.subject`;
}

function subjectDiff(kind: FileKind, row: ChangeRow): SubjectDiff {
  const { subject, change, before, after, others_differ, contact_differs } = row;
  const fields =
    change === 'changed'
      ? [
          ...differingFields(kind, before ?? '', after ?? ''),
          ...(others_differ ? ['otherIds'] : []),
          ...(contact_differs ? ['contact'] : []),
        ]
      : [];
  return { subject, change, fields };
}
