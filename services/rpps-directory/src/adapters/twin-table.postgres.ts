import type { PoolClient } from 'pg';

/**
 * A table is made again beside itself, filled, indexed and tidied as it was, and takes its place at the end of the transaction: who
 * reads meanwhile reads the one of before, and waits for the exchange of names only. Nothing may refer to such a table.
 */
export async function openTwin(client: PoolClient, table: string): Promise<string> {
  const twin = `next_${table}`;
  await client.query(`CREATE TABLE ${twin} (LIKE ${table} INCLUDING DEFAULTS INCLUDING STORAGE)`);
  const { rows } = await client.query<{ settings: string | null }>(
    `SELECT array_to_string(reloptions, ', ') AS settings FROM pg_class WHERE oid = $1::regclass`,
    [table],
  );
  const settings = rows[0]?.settings;
  if (settings) await client.query(`ALTER TABLE ${twin} SET (${settings})`);
  return twin;
}

export async function finishTwin(client: PoolClient, table: string): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::regclass ORDER BY c.relname`,
    [table],
  );
  for (const { name, definition } of indexes)
    await client.query(
      definition.replace(/^(CREATE (?:UNIQUE )?INDEX) \S+ ON \S+/, `$1 next_${name} ON next_${table}`),
    );
  await client.query(`ANALYZE next_${table}`);
  await client.query(`DROP TABLE ${table}`);
  await client.query(`ALTER TABLE next_${table} RENAME TO ${table}`);
  for (const { name } of indexes) await client.query(`ALTER INDEX next_${name} RENAME TO ${name}`);
}
