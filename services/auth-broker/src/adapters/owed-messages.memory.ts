import type { OwedMessage } from '#src/domain/message.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';

interface Row {
  /** Undefined: sent. */
  readonly message: OwedMessage | undefined;
  readonly expiresAt: number;
  /** Undefined: settled. */
  readonly queueAt: number | undefined;
}

/** The fake of the use cases' tests; it passes the same suite as PostgreSQL. */
export function createMemoryOwedMessages(): OwedMessages {
  const rows = new Map<string, Row>();

  return {
    async add(message, queueAt) {
      if (rows.has(message.id)) return false;
      rows.set(message.id, { message, expiresAt: message.expiresAt, queueAt });
      return true;
    },

    async find(id, now) {
      const row = rows.get(id);
      return row && row.expiresAt > now ? row.message : undefined;
    },

    async takeDue(now, again, limit) {
      const due = [...rows]
        .flatMap(([id, row]) =>
          row.queueAt !== undefined && row.queueAt <= now && row.expiresAt > now
            ? [{ id, row, queueAt: row.queueAt }]
            : [],
        )
        .toSorted((one, other) => one.queueAt - other.queueAt)
        .slice(0, limit);
      for (const { id, row } of due) rows.set(id, { ...row, queueAt: again });
      return due.map(({ id }) => id);
    },

    async markQueued(ids, again) {
      for (const id of ids) {
        const row = rows.get(id);
        if (row?.queueAt !== undefined) rows.set(id, { ...row, queueAt: again });
      }
    },

    async settle(id, outcome) {
      const row = rows.get(id);
      if (!row) return;
      rows.set(id, { ...row, queueAt: undefined, message: outcome === 'sent' ? undefined : row.message });
    },

    async forget(now, limit) {
      const old = [...rows]
        .filter(([, { expiresAt }]) => expiresAt <= now)
        .toSorted(([, one], [, other]) => one.expiresAt - other.expiresAt)
        .slice(0, limit);
      for (const [id] of old) rows.delete(id);
      return old.length;
    },
  };
}
