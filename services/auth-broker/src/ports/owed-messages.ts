import type { OwedMessage } from '#src/domain/message.ts';

/** The e-mails and SMS that we owe. Of one that was sent, or is too old, neither recipient nor content is kept. */
export interface OwedMessages {
  /** Owed once: false, and nothing changes, when this id is known already, sent or not. `queueAt`: see `takeDue`. */
  add(message: OwedMessage, queueAt: number): Promise<boolean>;

  /** Undefined when it is unknown, sent, or has expired. */
  find(id: string, now: number): Promise<OwedMessage | undefined>;

  /**
   * Those to be queued now, oldest first: each is given to one caller, and comes again at `again`, unless it is settled. What
   * has expired does not come.
   */
  takeDue(now: number, again: number, limit: number): Promise<readonly string[]>;

  /** They are in the queue: they come again at `again`, for the day when the queue has lost them. */
  markQueued(ids: readonly string[], again: number): Promise<void>;

  /** `sent`: the recipient and the content are erased. `failed`: kept until it expires, and not queued by itself any more. */
  settle(id: string, outcome: 'sent' | 'failed'): Promise<void>;

  /** Erases what has expired, oldest first, `limit` at most; answers how many. */
  forget(now: number, limit: number): Promise<number>;
}
