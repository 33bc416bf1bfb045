import type { MessageChannel, MessageJob, PreparedMessage } from '@psc/contracts';
import { type Clock, Unavailable } from '@psc/kernel';
import {
  type Attempt,
  type Attempted,
  type Hindrance,
  type Postponed,
  settleHindrance,
} from '#src/domain/attempt.ts';
import { judgeMail, judgeText, type MessageEnd, messagePolicy } from '#src/domain/message.ts';
import type { Mails } from '#src/ports/mails.ts';
import type { MessageDeliveries } from '#src/ports/message-deliveries.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';
import type { Texts } from '#src/ports/texts.ts';

export interface DeliverMessageNeeds {
  readonly owedMessages: OwedMessages;
  readonly deliveries: Pick<MessageDeliveries, 'record' | 'find'>;
  /** Undefined: nobody configured this channel. */
  readonly mails: Mails | undefined;
  readonly texts: Texts | undefined;
  /** Hears the end of every attempt; '' is a channel that auth-broker could not tell. */
  readonly onAttempted: (channel: MessageChannel | '', attempted: Attempted) => void;
  /** Hears how long after it was queued a message was taken, in milliseconds. */
  readonly onDelivered: (channel: MessageChannel, afterMs: number) => void;
  /** Hears that our own record could not be written. */
  readonly onUnrecorded: (error: Unavailable) => void;
  /** Hears that auth-broker could not be told: it will have the message queued again, and then be told. */
  readonly onUnsettled: (error: Unavailable) => void;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

export type DeliverMessage = (job: MessageJob, attempt: Attempt) => Promise<Attempted>;

/** Sends one message that we owe to a professional, if it is still owed and was not sent already. */
export function createDeliverMessage(needs: DeliverMessageNeeds): DeliverMessage {
  const { owedMessages, deliveries, mails, texts, clock } = needs;

  return async ({ messageId }, attempt) => {
    const known = await unlessUnavailable(() => deliveries.find(messageId), needs.onUnrecorded);
    if (known?.settled.outcome === 'delivered') {
      // The worker that sent it could not say so: this one says it, and sends nothing.
      await settle(messageId, known.settled);
      return concluded('', { outcome: 'dropped', reason: 'already_sent' });
    }

    let prepared: PreparedMessage | undefined;
    try {
      prepared = await owedMessages.prepare(messageId);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return concluded('', orLater(hindered(error.code), attempt));
    }
    if (!prepared) return concluded('', { outcome: 'dropped', reason: 'not_owed' });

    const { kind, channel } = prepared;
    const attempted = orLater(await send(messageId, prepared), attempt);
    if (attempted.outcome !== 'postponed') {
      const delivery = {
        messageId,
        kind,
        channel,
        settled: attempted,
        attempts: attempt.number,
        at: clock(),
      };
      await unlessUnavailable(() => deliveries.record(delivery), needs.onUnrecorded);
      await settle(messageId, attempted);
    }
    if (attempted.outcome === 'delivered') needs.onDelivered(channel, clock() - attempt.queuedAt);
    return concluded(channel, attempted);
  };

  async function send(messageId: string, prepared: PreparedMessage): Promise<MessageEnd | Hindrance> {
    switch (prepared.channel) {
      case 'email':
        if (!mails) return { outcome: 'failed', reason: 'email_not_configured' };
        return judgeMail(await mails.send({ ...prepared, messageId }), clock());
      case 'sms':
        if (!texts) return { outcome: 'failed', reason: 'sms_not_configured' };
        return judgeText(await texts.send({ ...prepared, messageId }), clock());
    }
  }

  function orLater(tried: MessageEnd | Hindrance, attempt: Attempt): MessageEnd | Postponed {
    return 'until' in tried ? settleHindrance(tried, attempt, messagePolicy, clock(), needs.random()) : tried;
  }

  async function settle(messageId: string, { outcome }: MessageEnd): Promise<void> {
    const told = outcome === 'delivered' ? 'sent' : 'failed';
    await unlessUnavailable(() => owedMessages.settle(messageId, told), needs.onUnsettled);
  }

  function hindered(reason: string): Hindrance {
    return { reason, retryAfterMs: 0, until: clock() + messagePolicy.longestWaitMs };
  }

  function concluded(channel: MessageChannel | '', attempted: Attempted): Attempted {
    needs.onAttempted(channel, attempted);
    return attempted;
  }
}

/** What a message lacks in records must not keep it from being sent. */
async function unlessUnavailable<Value>(
  work: () => Promise<Value>,
  onUnavailable: (error: Unavailable) => void,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    onUnavailable(error);
    return undefined;
  }
}
