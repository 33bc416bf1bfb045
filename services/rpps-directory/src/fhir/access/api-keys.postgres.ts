import type { Queryable } from '@psc/datastores';
import type { ApiKeys } from './api-keys.ts';

interface Row {
  readonly name: string;
  readonly created_by: string;
  readonly created_at: Date;
  readonly last_used_on: string | null;
  readonly revoked_at: Date | null;
}

export function createPostgresApiKeys(postgres: Queryable): ApiKeys {
  return {
    async add({ name, digest, createdBy }) {
      const { rowCount } = await postgres.query(
        'INSERT INTO api_keys (name, digest, created_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [name, digest, createdBy],
      );
      return rowCount === 1;
    },
    async list() {
      const { rows } = await postgres.query<Row>(
        `SELECT name, created_by, created_at, last_used_on::text, revoked_at FROM api_keys
         ORDER BY name, created_at LIMIT 10000`,
      );
      return rows.map((row) => ({
        name: row.name,
        createdBy: row.created_by,
        createdAt: row.created_at,
        lastUsedOn: row.last_used_on ?? undefined,
        revokedAt: row.revoked_at ?? undefined,
      }));
    },
    async revoke(name) {
      const { rowCount } = await postgres.query(
        'UPDATE api_keys SET revoked_at = now() WHERE name = $1 AND revoked_at IS NULL',
        [name],
      );
      return rowCount === 1;
    },
    async findHolder(digest) {
      const { rows } = await postgres.query<{ id: string; used_today: boolean }>(
        `SELECT id, last_used_on IS NOT DISTINCT FROM current_date AS used_today FROM api_keys
         WHERE digest = $1 AND revoked_at IS NULL`,
        [digest],
        'find-api-key',
      );
      const [found] = rows;
      // Written once a day: a key that is used all the time is not a row that is written all the time.
      if (found && !found.used_today)
        await postgres.query('UPDATE api_keys SET last_used_on = current_date WHERE id = $1', [found.id]);
      return found?.id;
    },
  };
}
