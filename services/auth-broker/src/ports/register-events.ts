import type { RegisterEvent } from '@psc/contracts';

/** Events that follow each other, by their numbers. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

export interface PreviousContact {
  readonly phone: string;
  readonly mail: string;
  /** Which of the two is not theirs any more. */
  readonly changed: readonly ('phone' | 'mail')[];
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
