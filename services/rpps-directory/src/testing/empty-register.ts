import type { Postgres } from '@psc/datastores';
import { fileKinds } from '#src/domain/stored-rows.ts';

/** As after the migrations. */
export async function emptyRegister(postgres: Postgres): Promise<void> {
  const tables = fileKinds.flatMap((kind) => [`described_${kind}`, `staged_${kind}`]);
  await postgres.query(
    `TRUNCATE ${tables.join(', ')}, versions, declared_identifiers, contact_keys, contact_reads, staging,
       staged_rejections RESTART IDENTITY CASCADE`,
  );
}

/** Digests of all that an import writes for readers and followers: two that are equal are two registers that are. */
export async function fingerprint(postgres: Postgres): Promise<Record<string, string>> {
  const tables = {
    described: 'kind, subject, present, version_id, digest, rows, other_ids, contact',
    versions: 'id, kind, sha256, counts',
    changes: 'version_id, subject, change, rows',
    declared_identifiers: 'identifier, subject, kind, believed, forced_by',
    contact_keys: 'key, subject',
    rejected_rows: 'version_id, line, reason',
    register_events: 'version_id, type, subject, previous_id',
  };
  const digests = await Promise.all(
    Object.entries(tables).map(async ([table, columns]) => {
      const { rows } = await postgres.query<{ digest: string }>(
        `SELECT count(*) || ' ' || coalesce(md5(string_agg(row, E'\\n' ORDER BY row)), '') AS digest
         FROM (SELECT ROW(${columns})::text COLLATE "C" AS row FROM ${table}) AS rows`,
      );
      return [table, rows[0]?.digest ?? ''] as const;
    }),
  );
  return Object.fromEntries(digests);
}
