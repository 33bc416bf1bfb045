import type { MessageOutcome, PreparedMessage } from '@psc/contracts';

/** The messages that we owe to professionals. Throws `Unavailable` when auth-broker does not answer. */
export interface OwedMessages {
  /** To whom, and what; undefined when it is not owed any more: sent, or too old. */
  prepare(messageId: string): Promise<PreparedMessage | undefined>;

  /** What became of it: once it is sent, auth-broker forgets the recipient. */
  settle(messageId: string, outcome: MessageOutcome): Promise<void>;
}
