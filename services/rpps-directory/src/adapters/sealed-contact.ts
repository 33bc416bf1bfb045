import { createHash } from 'node:crypto';
import type { Seal } from '@psc/datastores';
import { z } from 'zod';
import { type Contact, contactKeyNames, normaliseMail, normalisePhone } from '#src/domain/contact-keys.ts';

const contactSchema = z.object({ phone: z.string(), mail: z.string() });

/** The name that a contact is sealed under: copied to another person, it does not open. */
export function contactName(subject: string): string {
  return `contact:${subject}`;
}

export function sealContact(seal: Seal, subject: string, { phone, mail }: Contact): string {
  return seal.seal(contactName(subject), JSON.stringify({ phone, mail }));
}

/** Undefined when the key that sealed it is not configured any more, or when it was moved here from another person. */
export function openContact(seal: Seal, subject: string, sealed: string): Contact | undefined {
  const contact = seal.open(contactName(subject), sealed);
  return contact === undefined ? undefined : contactSchema.parse(JSON.parse(contact));
}

/** What `contact_keys` holds of a contact: written under the current key, and looked up under all. */
export function contactKeys(seal: Seal, contact: Contact): string[] {
  return contactKeyNames(contact).flatMap((name) => seal.pseudonyms(name).slice(0, 1));
}

/** Two spellings of one telephone number are one contact. */
export function isSameContact(one: Contact, other: Contact): boolean {
  return meaningOf(one) === meaningOf(other);
}

/** 64 bits that tell whether the contact changed and nothing about it: the key is that of the seal. */
export function contactDigest(keys: readonly string[], seal: Seal, contact: Contact): bigint {
  // A number or an address that is none has no key: it is compared as it is written.
  const isWhole = keys.length === [contact.phone, contact.mail].filter((each) => each !== '').length;
  const text = isWhole ? keys.join(' ') : (seal.pseudonyms(meaningOf(contact))[0] ?? '');
  return createHash('sha256').update(text).digest().readBigInt64BE();
}

function meaningOf({ phone, mail }: Contact): string {
  return JSON.stringify([normalisePhone(phone) ?? phone, normaliseMail(mail) ?? mail]);
}
