import type { Clock } from '@psc/kernel';

/** Something that left the system for a person: where to, what it said, and the links in it. */
export interface OutboxEntry {
  readonly channel: 'push' | 'sms' | 'email';
  /** National identifier for a push, number for an SMS, address for an e-mail. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly links: readonly string[];
  /** ISO 8601. */
  readonly at: string;
}

/** What left the system, newest last; the oldest is forgotten beyond a thousand. */
export interface Outbox {
  add(entry: Omit<OutboxEntry, 'links' | 'at'>): void;
  list(filter: {
    readonly to?: string | undefined;
    readonly channel?: string | undefined;
  }): readonly OutboxEntry[];
  clear(): void;
}

const KEPT = 1_000;

export function createOutbox(clock: Clock): Outbox {
  let entries: OutboxEntry[] = [];

  return {
    add(entry) {
      // The punctuation after a link belongs to the sentence.
      const links = entry.text.match(/https?:\/\/[^\s<>"')]*[^\s<>"').,;:!?]/g) ?? [];
      entries = [...entries, { ...entry, links, at: new Date(clock()).toISOString() }].slice(-KEPT);
    },
    list: ({ to, channel }) =>
      entries.filter(
        (entry) =>
          (to === undefined || entry.to === to) && (channel === undefined || entry.channel === channel),
      ),
    clear() {
      entries = [];
    },
  };
}
