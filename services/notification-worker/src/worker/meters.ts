import { Counter, Gauge, Histogram, type Registry } from '@psc/runtime';
import type { Attempted } from '#src/domain/attempt.ts';
import type { QueueState, QueueView } from './queue-view.ts';

/** `notification_attempts_total`, `notification_delay_seconds`, `notifications_waiting`…: the same for each queue. */
export function createQueueMeters<Label extends string>(
  registers: Registry[],
  queue: Pick<QueueView, 'count'>,
  words: {
    /** The metrics' first word: `notification`, which is then counted in `notifications_waiting`. */
    readonly name: string;
    readonly labels: readonly Label[];
    /** What an attempt is, what the delay measures, what lies in the queue and how long its dead letters are kept. */
    readonly attempt: string;
    readonly delay: string;
    readonly things: string;
    readonly kept: string;
    readonly delayBuckets: readonly number[];
  },
) {
  const attempts = new Counter({
    name: `${words.name}_attempts_total`,
    help: `${words.attempt}, by outcome (delivered, dropped, failed, postponed) and reason`,
    labelNames: [...words.labels, 'outcome', 'reason'],
    registers,
  });
  const delay = new Histogram({
    name: `${words.name}_delay_seconds`,
    help: words.delay,
    labelNames: words.labels,
    buckets: [...words.delayBuckets],
    registers,
  });
  const gauge = (state: keyof QueueState, help: string) =>
    new Gauge({
      name: `${words.name}s_${state}`,
      help: `${words.things} ${help}`,
      registers,
      async collect() {
        // The other metrics are worth reading while Redis is away.
        const counted = await queue.count().catch(() => undefined);
        this.set(counted?.[state] ?? Number.NaN);
      },
    });
  gauge('waiting', 'that no worker has taken yet');
  gauge('postponed', 'waiting for their next attempt');
  gauge('dead', `that failed for good, of the last ${words.kept}: see the command dead-letters`);

  return {
    onAttempted(labels: Readonly<Record<Label, string>>, attempted: Attempted) {
      const reason = attempted.outcome === 'delivered' ? '' : attempted.reason;
      const all: Partial<Record<string, string>> = { ...labels, outcome: attempted.outcome, reason };
      attempts.inc(all);
    },
    onDelivered(labels: Readonly<Record<Label, string>>, afterMs: number) {
      const all: Partial<Record<string, string>> = labels;
      delay.observe(all, Math.max(0, afterMs) / 1000);
    },
  };
}
