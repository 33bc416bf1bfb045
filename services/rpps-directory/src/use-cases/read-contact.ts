import { parseNationalId } from '@psc/kernel';
import { maskContact } from '#src/domain/contact-keys.ts';
import type { Contact, Contacts } from '#src/ports/contacts.ts';

/** How `reader`, a service, can reach an active professional. Recorded, except for what is not an identifier. */
export type ReadContact = (identifier: string, reader: string) => Promise<Contact | undefined>;

export function createReadContact({ contacts }: { contacts: Contacts }): ReadContact {
  return async (identifier, reader) => {
    const parsed = parseNationalId(identifier);
    return parsed.ok ? contacts.read(parsed.value, reader) : undefined;
  };
}

/** The same, masked: for who must not know it. */
export function createReadMaskedContact({ contacts }: { contacts: Contacts }): ReadContact {
  const readContact = createReadContact({ contacts });
  return async (identifier, reader) => {
    const contact = await readContact(identifier, reader);
    return contact && maskContact(contact);
  };
}
