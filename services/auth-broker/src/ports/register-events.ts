import type { RegisterEvent } from '@psc/contracts';

/** Events that follow each other, by their numbers. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

export type ContactPart = 'phone' | 'mail';

/** '' is what the register did not say. */
export interface PreviousContact extends Readonly<Record<ContactPart, string>> {
  /** Which of the two is another now, or new. */
  readonly changed: readonly ContactPart[];
}

/** What happened in the register. Throws `Unavailable`. */
export interface RegisterEvents {
  /** In their order; none when they were forgotten. */
  read(run: Run): Promise<readonly RegisterEvent[]>;

  /** What the person was reached by before a `contact_changed`; undefined when there is nobody to tell, or not any more. */
  findPreviousContact(eventId: number): Promise<PreviousContact | undefined>;

  /** It was announced: the register forgets the contact of before. */
  markAnnounced(eventId: number): Promise<void>;
}
