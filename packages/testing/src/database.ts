import { randomUUID } from 'node:crypto';
import { openPostgres, type Postgres } from '@psc/datastores';
import { migrate } from '@psc/datastores/migrations';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  readonly postgres: Postgres;
  /** From now on it refuses everybody, and cuts off who is connected. */
  lose(): Promise<void>;
  /** Drops it. */
  close(): Promise<void>;
}

/** A database of one test file's own, brought to the newest of these migrations. */
export async function openTestDatabase(migrations: URL): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const onError = () => undefined;
  const admin = openPostgres({ url: inject('postgresUrl'), poolSize: 1, onError });
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  await migrate(url.href, migrations);
  const postgres = openPostgres({ url: url.href, poolSize: 10, onError });
  return {
    url: url.href,
    postgres,
    async lose() {
      await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    },
    async close() {
      await postgres.close();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.close();
    },
  };
}
