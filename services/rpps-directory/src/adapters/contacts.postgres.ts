import type { Postgres, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import type { Contacts } from '#src/ports/contacts.ts';
import { findOwner } from './professionals.postgres.ts';
import { openContact } from './sealed-contact.ts';

export function createPostgresContacts({ postgres, seal }: { postgres: Postgres; seal: Seal }): Contacts {
  return {
    async read(identifier, reader) {
      const owner = await findOwner(postgres, identifier);
      const { rows } = await postgres.query<Read>(READ, [owner ?? '', identifier, reader], 'read-contact');
      const sealed = rows[0]?.contact;
      if (!owner || !sealed) return undefined;
      const contact = openContact(seal, owner, sealed);
      if (contact === undefined)
        throw new Bug(
          'contact_unreadable',
          'a contact was sealed by a key that is not configured, or was moved',
        );
      return contact;
    },
  };
}

interface Read {
  readonly contact: string | null;
}

/** Reading and recording that it was read are one statement. */
const READ = `
  WITH found AS (
    SELECT contact FROM described_pro_sante_connect WHERE subject = $1 AND contact IS NOT NULL
  ),
  recorded AS (
    INSERT INTO contact_reads (reader, national_id, found) VALUES ($3, $2, EXISTS (SELECT FROM found)) RETURNING id
  )
  SELECT found.contact FROM recorded LEFT JOIN found ON true`;
