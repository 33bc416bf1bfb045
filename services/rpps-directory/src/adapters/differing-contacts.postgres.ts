import type { Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import type { PoolClient } from 'pg';
import { pages } from './pages.postgres.ts';
import { contactKeys, isSameContact, openContact } from './sealed-contact.ts';

interface Pair {
  readonly subject: string;
  readonly old_contact: string;
  readonly contact: string | null;
}

/**
 * Which of `differing` have another contact than before. Opened here, since a contact that was sealed again, by a new key
 * perhaps, is the same: nobody is told of it, and it is no change of the person (`resealed`).
 */
export async function compareContacts(client: PoolClient, seal: Seal): Promise<void> {
  const query = `SELECT subject, old_contact, contact FROM differing
    WHERE change IN ('changed', 'returned') AND old_contact IS NOT NULL`;
  for await (const page of pages<Pair>(client, query)) {
    const differ = page.filter(({ subject, old_contact, contact }) => {
      if (contact === null) return true;
      const before = openContact(seal, subject, old_contact);
      const after = openContact(seal, subject, contact);
      // The key of before is not configured any more: nobody can say what it was.
      return before !== undefined && (after === undefined || !isSameContact(before, after));
    });
    await client.query('UPDATE differing SET contact_differs = true WHERE subject = ANY ($1)', [
      differ.map(({ subject }) => subject),
    ]);
  }
  await client.query(
    `UPDATE differing SET change = 'resealed'
     WHERE change = 'changed' AND NOT contact_differs AND old_contact IS NOT NULL AND contact IS NOT NULL
       AND old_rows = rows AND old_other_ids IS NOT DISTINCT FROM other_ids`,
  );
}

/** A contact that comes back by a rollback is found by its telephone number and address again. */
export async function findContactKeys(client: PoolClient, seal: Seal): Promise<void> {
  const query = 'SELECT subject, contact FROM differing WHERE contact IS NOT NULL';
  for await (const page of pages<{ subject: string; contact: string }>(client, query)) {
    const keys = page.map(({ subject, contact }) => {
      const opened = openContact(seal, subject, contact);
      if (!opened)
        throw new Bug('contact_unreadable', 'a contact was sealed by a key that is not configured any more');
      return contactKeys(seal, opened).join(' ');
    });
    await client.query(
      `UPDATE differing d SET contact_keys = k.keys
       FROM unnest($1::text[], $2::text[]) AS k (subject, keys) WHERE d.subject = k.subject`,
      [page.map(({ subject }) => subject), keys],
    );
  }
}
