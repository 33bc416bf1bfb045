import { MOST_APPLICATIONS } from '@psc/contracts';
import { listenTo, type Postgres, type Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { Registry, RegistryContents } from '#src/ports/registry.ts';
import { applicationColumns, readApplication } from './applications.postgres.ts';
import { readSigningKey, signingKeyColumns } from './signing-keys.postgres.ts';

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

  /** What changed since, and what did not as the very objects that were read before. */
  async function readApplications(known: RegistryContents | undefined) {
    const { rows } = await postgres.query(
      `SELECT ${applicationColumns} FROM applications
       WHERE revision > $1 AND (status = 'approved' OR $1 >= 0) ORDER BY client_id LIMIT ${MOST_APPLICATIONS + 1}`,
      [known?.revision ?? -1],
    );
    if (rows.length > MOST_APPLICATIONS)
      throw new Bug('too_many_applications', `more than ${MOST_APPLICATIONS} applications`);
    const applications = new Map(known?.applications);
    const unreadable = new Set(known?.unreadable);
    for (const row of rows) {
      const { client_id: clientId } = row;
      const application = readApplication(row, seal);
      applications.delete(clientId);
      unreadable.delete(clientId);
      if (application?.status === 'approved') applications.set(clientId, application);
      else if (application === undefined) {
        unreadable.add(clientId);
        onUnreadable(`application ${clientId}`);
      }
    }
    return { applications, unreadable };
  }

  /** A row that was deleted is in no answer to "what changed": it is missed by counting. */
  async function isWhole({ applications, unreadable }: Awaited<ReturnType<typeof readApplications>>) {
    const { rows } = await postgres.query(
      `SELECT (SELECT count(*) FROM applications WHERE status = 'approved')::int AS approved,
         (SELECT count(*) FROM applications WHERE client_id = ANY($1) AND status = 'approved')::int AS unreadable`,
      [[...unreadable]],
    );
    const counted = z.object({ approved: z.number(), unreadable: z.number() }).parse(rows[0]);
    return counted.approved === applications.size + counted.unreadable;
  }

  return {
    revision,
    watch: (changed) => listenTo(postgres, 'registry_changed', changed),

    async read(known) {
      // First the revision: what changes while we read is then read again.
      const now = await revision();
      let read = await readApplications(known);
      if (known && !(await isWhole(read))) read = await readApplications(undefined);
      const { rows: keys } = await postgres.query(
        `SELECT ${signingKeyColumns} FROM signing_keys ORDER BY created_at DESC LIMIT 20`,
      );
      return {
        revision: now,
        ...read,
        signingKeys: keys
          .map((row) => readSigningKey(row, seal) ?? unreadable(`signing key ${row.kid}`))
          .filter((key) => key !== undefined),
      };
    },
  };

  function unreadable(what: string): undefined {
    onUnreadable(what);
    return undefined;
  }
}
