import type { Postgres, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';

import { z } from 'zod';
import type { Registry } from '#src/ports/registry.ts';
import { applicationColumns, readApplication } from './applications.postgres.ts';
import { readSigningKey, signingKeyColumns } from './signing-keys.postgres.ts';

/** Each replica holds them all in memory. */
const MOST_APPLICATIONS = 20_000;
const RECONNECT_MS = 1_000;

/**
 * What cannot be read (another shape, another sealing key) is left out and told to `onUnreadable`, so that one bad row
 * does not stop the logins of all the others.
 */
export function createPostgresRegistry(
  postgres: Postgres,
  seal: Seal,
  onUnreadable: (what: string) => void,
): Registry {
  async function revision(): Promise<string> {
    const { rows } = await postgres.query('SELECT revision FROM registry_revision', [], 'registry revision');
    return z.object({ revision: z.string() }).parse(rows[0]).revision;
  }

  return {
    revision,
    watch,

    async read() {
      // First the revision: what changes while we read is then read again.
      const known = await revision();
      const { rows: applications } = await postgres.query(
        `SELECT ${applicationColumns} FROM applications ORDER BY client_id LIMIT ${MOST_APPLICATIONS + 1}`,
      );
      if (applications.length > MOST_APPLICATIONS)
        throw new Bug('too_many_applications', `more than ${MOST_APPLICATIONS} applications`);
      const { rows: keys } = await postgres.query(
        `SELECT ${signingKeyColumns} FROM signing_keys ORDER BY created_at DESC LIMIT 20`,
      );
      return {
        revision: known,
        applications: applications
          .map((row) => readApplication(row, seal) ?? unreadable(`application ${row.client_id}`))
          .filter((application) => application !== undefined),
        signingKeys: keys
          .map((row) => readSigningKey(row, seal) ?? unreadable(`signing key ${row.kid}`))
          .filter((key) => key !== undefined),
      };
    },
  };

  /** LISTEN on a connection of its own; a lost one is opened again a little later. */
  function watch(changed: () => void): () => void {
    let stopped = false;
    let connection: Awaited<ReturnType<Postgres['connect']>> | undefined;
    let retry: NodeJS.Timeout | undefined;

    function reconnect(): void {
      // Destroyed, so that a connection that listens never goes back to the pool.
      connection?.release(true);
      connection = undefined;
      if (!stopped) retry = setTimeout(listen, RECONNECT_MS).unref();
    }

    async function listen(): Promise<void> {
      try {
        const client = await postgres.connect();
        if (stopped) return client.release(true);
        connection = client;
        client.on('notification', changed);
        client.once('end', () => {
          if (connection === client) reconnect();
        });
        await client.query('LISTEN registry_changed');
      } catch {
        reconnect();
      }
    }

    void listen();
    return () => {
      stopped = true;
      clearTimeout(retry);
      connection?.release(true);
      connection = undefined;
    };
  }

  function unreadable(what: string): undefined {
    onUnreadable(what);
    return undefined;
  }
}
