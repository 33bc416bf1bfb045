import { accepted, type Clock, type Outcome, refused, Unavailable } from '@psc/kernel';
import type { MessageChannel, MessageContent } from '#src/domain/message.ts';
import { parseRecipient } from '#src/domain/recipient.ts';
import type { Messages } from '#src/ports/messages.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';

/**
 * Has a professional written to. Throws `Unavailable` when it could not be promised: the same call again, with the same
 * `cause`, sends nothing twice.
 */
export type SendMessage = (message: {
  readonly channel: MessageChannel;
  /** As the register writes it. */
  readonly to: string;
  readonly content: MessageContent;
  /** What this message is about, like the id of an event: one message for each cause, kind and channel. */
  readonly cause: string;
}) => Promise<Outcome<{ readonly messageId: string }, 'recipient_malformed'>>;

/** When a message that nobody could queue, or whose process died before it did, is given to the queue. */
export const QUEUED_AFTER_MS = 30_000;
/** How long after it was queued a message that is still owed is queued again: the queue may have been lost. */
export const QUEUED_AGAIN_MS = 60 * 60_000;

export function createSendMessage(needs: {
  readonly owedMessages: Pick<OwedMessages, 'add' | 'markQueued'>;
  readonly messages: Messages;
  /** A digest: the same words give the same id, and an id gives no words back. */
  readonly digest: (words: string) => string;
  readonly lifetimeMs: number;
  /** Hears that it could not be queued now: it will be. */
  readonly onUnqueued: (error: Unavailable) => void;
  readonly clock: Clock;
}): SendMessage {
  const { owedMessages, messages, clock } = needs;

  return async ({ channel, to: written, content, cause }) => {
    const to = parseRecipient(channel, written);
    if (to === undefined) return refused('recipient_malformed');
    const id = needs.digest(JSON.stringify([content.kind, channel, cause]));
    const createdAt = clock();
    const owed = { id, channel, to, content, createdAt, expiresAt: createdAt + needs.lifetimeMs };
    // First the promise, then the queue: a process that dies between the two loses nothing.
    if (await owedMessages.add(owed, createdAt + QUEUED_AFTER_MS)) await queueNow(id);
    return accepted({ messageId: id });
  };

  async function queueNow(id: string): Promise<void> {
    try {
      await messages.queue([id]);
      await owedMessages.markQueued([id], clock() + QUEUED_AGAIN_MS);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      needs.onUnqueued(error);
    }
  }
}
