import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

/**
 * Brings a database to the newest of the service's `migrations/*.sql`, in order, under an advisory lock: replicas that
 * start together wait for each other. Answers the names of those that ran.
 */
export async function migrate(databaseUrl: string, folder: URL): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // The library's own lock gives up when it is taken; ours waits. It goes with the connection.
    await client.query("SELECT pg_advisory_lock(hashtext('psc migrations'))");
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
