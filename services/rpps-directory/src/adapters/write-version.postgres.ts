import type { PoolClient } from 'pg';
import type { ImportCounts } from '#src/domain/import-counts.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import { describedTable, isAdeli } from './tables.postgres.ts';

/** A version, as it is recorded. */
export interface NewVersion {
  readonly id: string;
  readonly kind: FileKind;
  readonly source: string;
  readonly sha256: string;
  readonly operator: string;
  readonly startedAt: Date;
  readonly reason: string | null;
  readonly undoes: string | null;
  readonly counts: ImportCounts;
}

/** What is written is written under it, before all of it can be counted. */
export async function nextVersion(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    "SELECT nextval(pg_get_serial_sequence('versions', 'id')) AS id",
  );
  const [next] = rows;
  if (!next) throw new TypeError('a version has a number');
  return next.id;
}

export async function recordVersion(client: PoolClient, version: NewVersion): Promise<void> {
  await client.query(
    `INSERT INTO versions (id, kind, source, sha256, operator, started_at, reason, undoes, counts)
     OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      version.id,
      version.kind,
      version.source,
      version.sha256,
      version.operator,
      version.startedAt,
      version.reason,
      version.undoes,
      version.counts,
    ],
  );
}

/** How many versions of each kind can be undone. */
export const KEPT_VERSIONS = 3;

/** Writes what differs, after what there was. */
export async function writeDiffering(client: PoolClient, kind: FileKind, version: string): Promise<void> {
  const described = describedTable(kind);
  await client.query(
    `INSERT INTO changes (version_id, subject, change, present, digest, rows, other_ids, contact)
     SELECT $1, subject, change, old_present, old_digest, old_rows, old_other_ids, old_contact
     FROM differing WHERE change <> 'resealed'`,
    [version],
  );
  await client.query(
    `UPDATE ${described} d SET present = f.present, version_id = $1, digest = f.digest, rows = f.rows,
       other_ids = f.other_ids, contact = f.contact
     FROM differing f WHERE d.subject = f.subject AND f.change <> 'created' AND NOT f.removed`,
    [version],
  );
  await client.query(
    `INSERT INTO ${described} (subject, present, version_id, digest, rows, other_ids, contact)
     SELECT subject, present, $1, digest, rows, other_ids, contact FROM differing WHERE change = 'created'`,
    [version],
  );
  await client.query(
    `DELETE FROM ${described} d USING differing f WHERE d.subject = f.subject AND f.removed`,
  );

  await client.query(
    `DELETE FROM declared_identifiers i USING differing f
     WHERE i.subject = f.subject AND i.kind = '${kind}'
       AND (f.removed OR i.identifier <> ALL (coalesce(f.other_ids, '{}')))`,
  );
  await client.query(
    `INSERT INTO declared_identifiers (identifier, subject, kind)
     SELECT DISTINCT identifier, f.subject, '${kind}' FROM differing f, unnest(f.other_ids) AS identifier
     WHERE NOT f.removed
     ON CONFLICT DO NOTHING`,
  );
  if (!hasContacts(kind)) return;
  await client.query(
    `DELETE FROM contact_keys k USING differing f
     WHERE k.subject = f.subject AND NOT (f.contact IS NOT NULL AND f.contact_keys IS NULL)`,
  );
  await client.query(
    `INSERT INTO contact_keys (key, subject)
     SELECT DISTINCT key, f.subject FROM differing f, string_to_table(f.contact_keys, ' ') AS key WHERE key <> ''`,
  );
}

/** Changes of versions that can no longer be undone are forgotten. */
export async function forgetOldChanges(client: PoolClient, kind: FileKind): Promise<void> {
  await client.query(
    `DELETE FROM changes WHERE version_id IN (
       SELECT id FROM versions WHERE kind = $1 ORDER BY id DESC OFFSET $2)`,
    [kind, KEPT_VERSIONS],
  );
}

export const MOST_KEPT_REJECTS = 10_000;

/** Of each kind, only the rejects of the last version are kept: those of before were corrected, or are here again. */
export async function recordRejected(client: PoolClient, kind: FileKind, version: string): Promise<void> {
  await client.query(
    `DELETE FROM rejected_rows r USING versions v WHERE v.id = r.version_id AND v.kind = $1 AND v.id <> $2`,
    [kind, version],
  );
  await client.query(
    `INSERT INTO rejected_rows (version_id, line, reason, subject)
     SELECT $2, * FROM (
       SELECT line, reason, subject FROM staged_rejections WHERE kind = $1
       UNION ALL SELECT line, reason, subject FROM refused_claims
     ) AS rejected (line, reason, subject) ORDER BY line LIMIT ${MOST_KEPT_REJECTS}`,
    [kind, version],
  );
}

/**
 * Who was active and is not, or the other way round: shown by one of the two kinds of file on practice, or under an ADELI
 * number, which never vanishes. Somebody new has not come back.
 */
export async function announcePresence(client: PoolClient, kind: FileKind, version: string): Promise<void> {
  const other = otherPractice(kind);
  if (!other) return;
  await client.query(
    `INSERT INTO register_events (version_id, type, subject)
     SELECT $1, CASE WHEN f.present THEN 'reappeared' ELSE 'struck_off' END, f.subject
     FROM differing f LEFT JOIN ${describedTable(other)} o ON o.subject = f.subject
     WHERE f.present <> coalesce(f.old_present, false) AND NOT coalesce(o.present, false)
       AND NOT ${isAdeli('f.subject')} AND (f.old_present IS NOT NULL OR o.subject IS NOT NULL)
     ORDER BY f.subject`,
    [version],
  );
}

export function otherPractice(kind: FileKind): FileKind | undefined {
  if (kind === 'personne_activite') return 'pro_sante_connect';
  if (kind === 'pro_sante_connect') return 'personne_activite';
  return undefined;
}

/** The contact of before is what it is announced to. */
export async function announceContacts(client: PoolClient, version: string): Promise<void> {
  await client.query(
    `INSERT INTO register_events (version_id, type, subject, contact)
     SELECT $1, 'contact_changed', subject, old_contact FROM differing
     WHERE contact_differs ORDER BY subject`,
    [version],
  );
}

export function hasContacts(kind: FileKind): boolean {
  return kind === 'pro_sante_connect';
}
