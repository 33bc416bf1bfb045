import type { Clock } from '@psc/kernel';
import type { Messages } from '#src/ports/messages.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';
import { QUEUED_AFTER_MS, QUEUED_AGAIN_MS } from './send-message.ts';

const BATCH = 500;
/** A bounded amount of work per run: what is left waits for the next one. */
const BATCHES = 20;

/** Queues the messages that are owed and may not be in the queue, and erases those that are too old. Answers how many. */
export function createQueueDueMessages(needs: {
  readonly owedMessages: Pick<OwedMessages, 'takeDue' | 'markQueued' | 'forget'>;
  readonly messages: Messages;
  readonly clock: Clock;
}): () => Promise<{ readonly queued: number; readonly forgotten: number }> {
  const { owedMessages, messages, clock } = needs;

  return async () => {
    const queued = await inBatches(async () => {
      const ids = await owedMessages.takeDue(clock(), clock() + QUEUED_AFTER_MS, BATCH);
      if (ids.length === 0) return 0;
      await messages.queue(ids);
      await owedMessages.markQueued(ids, clock() + QUEUED_AGAIN_MS);
      return ids.length;
    });
    const forgotten = await inBatches(() => owedMessages.forget(clock(), BATCH));
    return { queued, forgotten };
  };
}

async function inBatches(work: () => Promise<number>): Promise<number> {
  let done = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const count = await work();
    done += count;
    if (count < BATCH) break;
  }
  return done;
}
