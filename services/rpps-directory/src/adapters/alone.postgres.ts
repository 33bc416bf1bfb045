import type { Postgres } from '@psc/datastores';
import type { PoolClient } from 'pg';

const BUSY = Symbol('another import is running');
export type Busy = typeof BUSY;

export function isBusy<Result>(result: Result | Busy): result is Busy {
  return result === BUSY;
}

/** Who writes the register, and who writes what is staged: each on a connection and under a lock of its own. */
type Part = 'import' | 'staging';

/**
 * Runs `work` on a connection of its own, while nobody else does this part: the lock is the session's, since an import is made
 * of many transactions. The session ends with the work, and takes the lock and its settings with it. A session that is lost
 * can neither commit nor stage anything beside the import that came after it.
 */
export async function alone<Result>(
  postgres: Postgres,
  part: Part,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result | Busy> {
  const client = await postgres.connect();
  try {
    for (const setting of SETTINGS) await client.query(setting);
    const { rows } = await client.query<{ free: boolean }>(TRY_LOCK, [part]);
    if (!rows[0]?.free) return BUSY;
    try {
      return await work(client);
    } finally {
      // The end of the session frees it too, but a moment later.
      await client.query(UNLOCK, [part]).catch(() => undefined);
    }
  } catch (error) {
    throw withoutValues(error);
  } finally {
    client.release(true);
  }
}

const SETTINGS = [
  // So that an import that was killed frees the lock at once, and not at the end of a long statement.
  "SET client_connection_check_interval = '1s'",
  // For the whole country, on a slow machine.
  "SET statement_timeout = '1h'",
  "SET idle_in_transaction_session_timeout = '1h'",
];
const TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('psc register ' || $1)) AS free";
const UNLOCK = "SELECT pg_advisory_unlock(hashtext('psc register ' || $1))";

/** What PostgreSQL adds to a message may quote a row: it must not follow the error into a log. */
function withoutValues(error: unknown): unknown {
  if (error instanceof Error && 'where' in error)
    Object.assign(error, { detail: undefined, where: undefined, hint: undefined });
  return error;
}
