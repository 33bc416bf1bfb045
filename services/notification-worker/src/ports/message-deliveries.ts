import type { MessageChannel, MessageKind } from '@psc/contracts';
import type { MessageEnd } from '#src/domain/message.ts';

/** One message that came to its end: never to whom, nor what it said. */
export interface MessageDelivery {
  readonly messageId: string;
  readonly kind: MessageKind;
  readonly channel: MessageChannel;
  readonly settled: MessageEnd;
  /** How many times it was tried, the last one included. */
  readonly attempts: number;
  readonly at: number;
}

/** What became of the messages. It also keeps a message whose sending nobody heard of from being sent again. */
export interface MessageDeliveries {
  /** One row per message: recording again replaces it, except that what was delivered stays delivered. */
  record(delivery: MessageDelivery): Promise<void>;

  find(messageId: string): Promise<MessageDelivery | undefined>;

  /** Forgets what is older than `before`, oldest first, `limit` rows at most; answers how many. */
  forget(before: number, limit: number): Promise<number>;
}
