import type { Postgres, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { Contacts } from '#src/ports/contacts.ts';
import { OWNER } from './professionals.postgres.ts';

const contactSchema = z.object({ phone: z.string(), mail: z.string() });

/** The name that a contact is sealed under: copied to another person, it does not open. */
export function contactName(nationalId: string): string {
  return `contact:${nationalId}`;
}

export function createPostgresContacts({ postgres, seal }: { postgres: Postgres; seal: Seal }): Contacts {
  return {
    async read(identifier, reader) {
      const { rows } = await postgres.query<Read>(READ, [identifier, reader], 'read-contact');
      const [found] = rows;
      if (!found?.national_id || !found.sealed) return undefined;
      const contact = seal.open(contactName(found.national_id), found.sealed);
      if (contact === undefined)
        throw new Bug(
          'contact_unreadable',
          'a contact was sealed by a key that is not configured, or was moved',
        );
      return contactSchema.parse(JSON.parse(contact));
    },
  };
}

interface Read {
  readonly national_id: string | null;
  readonly sealed: string | null;
}

/** Reading and recording that it was read are one statement. */
const READ = `
  WITH found AS (
    SELECT p.national_id, c.sealed FROM people p JOIN contacts c ON c.person_id = p.id
    WHERE p.id = ${OWNER}
  ),
  recorded AS (
    INSERT INTO contact_reads (reader, national_id, found) VALUES ($2, $1, EXISTS (SELECT FROM found)) RETURNING id
  )
  SELECT found.national_id, found.sealed FROM recorded LEFT JOIN found ON true`;
