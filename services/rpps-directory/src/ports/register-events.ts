import type { RegisterEvent } from '@psc/contracts';
import type { Contact } from './contacts.ts';

/** Events that follow each other, by their numbers. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

export interface PreviousContact extends Contact {
  /** What of it is not the person's any more. */
  readonly changed: readonly ('phone' | 'mail')[];
}

/** What happened in the register, for the services that act on it. An import writes them, with its version. */
export interface RegisterEvents {
  /** In their order. `too_many`: more than one job may name. */
  read(run: Run): Promise<readonly RegisterEvent[] | 'too_many'>;

  /**
   * Hands the oldest events that nobody was told of to `queue`, then remembers that they were. If we die in between, they
   * are handed out again. One replica at a time.
   *   queued  there may be more
   *   idle    there is none, or another replica is at it
   */
  relay(queue: (run: Run) => Promise<void>): Promise<'queued' | 'idle'>;

  /** What the person was reached by before a `contact_changed`. Records that `reader` asked. */
  readPreviousContact(id: number, reader: string): Promise<PreviousContact | undefined>;

  /** The contact of before was announced: it is erased. */
  forgetContact(id: number): Promise<void>;

  /** Of those that everybody was told of: erases contacts, and events, that are older. Answers how many events went. */
  forgetOld(limits: { readonly contactsBefore: Date; readonly eventsBefore: Date }): Promise<number>;
}
