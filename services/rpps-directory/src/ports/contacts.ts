import type { NationalId } from '@psc/kernel';

export interface Contact {
  readonly phone: string;
  readonly mail: string;
}

/**
 * How a professional can be reached: what an enrolment is proved with, hence sealed at rest. Only those of the last
 * restricted extract can, and they are all active.
 */
export interface Contacts {
  /** Records that `reader` asked, whatever the answer: an answer without its record does not exist. */
  read(identifier: NationalId, reader: string): Promise<Contact | undefined>;
}
