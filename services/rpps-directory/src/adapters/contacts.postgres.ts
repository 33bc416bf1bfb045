import type { Postgres, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { contactKeyNames } from '#src/domain/contact-keys.ts';
import { type Contacts, MOST_REACHED } from '#src/ports/contacts.ts';
import { resolveIdentifiers } from './claims.postgres.ts';
import { openContact } from './sealed-contact.ts';

export function createPostgresContacts({ postgres, seal }: { postgres: Postgres; seal: Seal }): Contacts {
  return {
    async read(identifier, reader) {
      const owner = (await resolveIdentifiers(postgres, [identifier])).get(identifier);
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

    async reach(written, reader) {
      const keys = contactKeyNames(written).flatMap((name) => seal.pseudonyms(name));
      const { rows } = await postgres.query<{ subject: string }>(REACH, [keys, reader], 'reach-contacts');
      const owners = await resolveIdentifiers(
        postgres,
        rows.map(({ subject }) => subject),
      );
      return [...new Set(owners.values())];
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

const REACH = `
  WITH found AS (
    SELECT DISTINCT subject FROM contact_keys WHERE key = ANY($1) ORDER BY subject LIMIT ${MOST_REACHED}
  ),
  recorded AS (
    INSERT INTO contact_reads (reader, national_id, found)
    SELECT $2, subject, true FROM found UNION ALL SELECT $2, '', false WHERE NOT EXISTS (SELECT FROM found)
    RETURNING national_id, found
  )
  SELECT national_id AS subject FROM recorded WHERE found ORDER BY national_id`;
