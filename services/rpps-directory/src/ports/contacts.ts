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

  /**
   * Who can be reached at this telephone number or this address, whatever its spelling; no contact is opened. At most
   * `MOST_REACHED` people. Recorded for each of them, or once for nobody.
   */
  reach(written: Contact, reader: string): Promise<readonly string[]>;
}

export const MOST_REACHED = 20;
