import { redisUnavailable } from '@psc/datastores';
import type { Redis } from 'ioredis';

/** Listens to channels over one shared connection: any number of listeners of a channel cost one subscription. */
export interface Nudges {
  /** Resolves once the server has subscribed us: what is published from then on is heard. */
  listen(channel: string, changed: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The connection waits for ever for its server; who asked to listen does not. */
const ANSWER_TIMEOUT_MS = 2_000;

export function createNudges(subscriber: Redis): Nudges {
  const channels = new Map<string, Subscription>();

  function nudge(channel: string): void {
    for (const listener of [...(channels.get(channel)?.listeners ?? [])]) listener.changed();
  }

  /** What was published while the connection was lost is lost too: everybody looks again. */
  async function nudgeAll(): Promise<void> {
    // ioredis subscribes again by itself, before this: its answer comes first.
    await subscriber.ping();
    for (const channel of channels.keys()) nudge(channel);
  }
  // A connection lost again will be ready again.
  const onReady = () => void nudgeAll().catch(() => undefined);

  subscriber.on('message', nudge);
  subscriber.on('ready', onReady);

  return {
    async listen(channel, changed) {
      const listener = { changed };
      const subscription = channels.get(channel) ?? {
        listeners: new Set(),
        acknowledged: subscriber.subscribe(channel),
      };
      channels.set(channel, subscription);
      subscription.listeners.add(listener);

      async function leave(): Promise<void> {
        if (!subscription.listeners.delete(listener) || subscription.listeners.size > 0) return;
        channels.delete(channel);
        // Unanswered, it leaves a subscription that nobody hears: harmless.
        await inTime(subscriber.unsubscribe(channel)).catch(() => undefined);
      }

      try {
        await inTime(subscription.acknowledged);
        return leave;
      } catch (cause) {
        void leave();
        return redisUnavailable(cause);
      }
    },

    async close() {
      subscriber.off('message', nudge);
      subscriber.off('ready', onReady);
      const left = [...channels.keys()];
      channels.clear();
      if (left.length > 0) await inTime(subscriber.unsubscribe(...left)).catch(() => undefined);
    },
  };
}

interface Subscription {
  readonly listeners: Set<{ readonly changed: () => void }>;
  readonly acknowledged: Promise<unknown>;
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
