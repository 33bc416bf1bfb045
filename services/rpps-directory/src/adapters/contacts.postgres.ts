import type { Postgres, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import type { Contacts } from '#src/ports/contacts.ts';
import { OWNER } from './professionals.postgres.ts';

interface Read {
  readonly national_id: string | null;
  readonly phone: string | null;
  readonly mail: string | null;
}

/** The name that a value is sealed under: copied to another person, it does not open. */
export function contactName(nationalId: string, what: 'phone' | 'mail'): string {
  return `contact:${nationalId}:${what}`;
}

export function createPostgresContacts({ postgres, seal }: { postgres: Postgres; seal: Seal }): Contacts {
  return {
    async read(identifier, reader) {
      const { rows } = await postgres.query<Read>(READ, [identifier, reader], 'read-contact');
      const [found] = rows;
      if (!found?.national_id || found.phone === null || found.mail === null) return undefined;
      const phone = seal.open(contactName(found.national_id, 'phone'), found.phone);
      const mail = seal.open(contactName(found.national_id, 'mail'), found.mail);
      if (phone === undefined || mail === undefined)
        throw new Bug(
          'contact_unreadable',
          'a contact was sealed by a key that is not configured, or was moved',
        );
      return { phone, mail };
    },
  };
}

/** Reading and recording that it was read are one statement. */
const READ = `
  WITH found AS (
    SELECT p.national_id, c.phone, c.mail FROM people p JOIN contacts c ON c.person_id = p.id
    WHERE p.id = ${OWNER} AND p.status = 'active'
  ),
  recorded AS (
    INSERT INTO contact_reads (reader, national_id, found) VALUES ($2, $1, EXISTS (SELECT FROM found)) RETURNING id
  )
  SELECT found.national_id, found.phone, found.mail FROM recorded LEFT JOIN found ON true`;
