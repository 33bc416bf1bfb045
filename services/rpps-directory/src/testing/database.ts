import { randomUUID } from 'node:crypto';
import { migrate, openPostgres, type Postgres } from '@psc/datastores';
import { inject } from 'vitest';

/** A database of one test file's own, migrated. `close` drops it. */
export async function openTestDatabase(): Promise<{
  url: string;
  postgres: Postgres;
  close: () => Promise<void>;
}> {
  const name = `rpps_directory_${randomUUID().replaceAll('-', '')}`;
  const onError = () => undefined;
  const admin = openPostgres({ url: inject('postgresUrl'), poolSize: 1, onError });
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  await migrate(url.href, new URL('../../migrations/', import.meta.url));
  const postgres = openPostgres({ url: url.href, poolSize: 10, onError });
  return {
    url: url.href,
    postgres,
    async close() {
      await postgres.close();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.close();
    },
  };
}
