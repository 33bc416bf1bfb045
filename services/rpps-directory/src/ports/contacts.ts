import type { NationalId } from '@psc/kernel';
import type { Contact } from '#src/domain/contact-keys.ts';

export type { Contact };

/**
 * How a professional can be reached: what an enrolment is proved with, hence sealed at rest. Only those of the last
 * restricted extract can, and they are all active.
 */
export interface Contacts {
  /** Records that `reader` asked, whatever the answer: an answer without its record does not exist. */
  read(identifier: NationalId, reader: string): Promise<Contact | undefined>;
}
