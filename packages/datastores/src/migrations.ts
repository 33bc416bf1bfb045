import { fileURLToPath } from 'node:url';
import { Unavailable } from '@psc/kernel';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

/**
 * Brings a database to the newest of the service's `migrations/*.sql`, in order, each in a transaction of its own,
 * under an advisory lock: replicas that start together wait for each other, a minute at most. Answers the names of
 * those that ran.
 */
export async function migrate(databaseUrl: string, folder: URL): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  // The statement in flight fails too; without a listener this event would end the process before it is reported.
  client.on('error', () => undefined);
  try {
    await client.connect().catch(asUnavailable);
    await client.query("SET lock_timeout = '60s'");
    // The library's own lock gives up when it is taken; ours waits. It goes with the connection.
    await client.query("SELECT pg_advisory_lock(hashtext('psc migrations'))");
    // A migration that waits for a table makes every later statement on that table wait behind it.
    await client.query("SET lock_timeout = '5s'");
    const done = await runner({
      dbClient: client,
      dir: fileURLToPath(folder),
      direction: 'up',
      migrationsTable: 'migrations',
      noLock: true,
      log: () => undefined,
    });
    return done.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

function asUnavailable(cause: unknown): never {
  throw new Unavailable('postgresql_unavailable', 'PostgreSQL did not answer', { cause });
}
