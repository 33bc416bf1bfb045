import type { MessageDeliveries, MessageDelivery } from '#src/ports/message-deliveries.ts';

/** The fake of the use cases' tests; it passes the same suite as PostgreSQL. */
export function createMemoryMessageDeliveries(): MessageDeliveries {
  const rows = new Map<string, MessageDelivery>();

  return {
    async record(delivery) {
      if (rows.get(delivery.messageId)?.settled.outcome !== 'delivered')
        rows.set(delivery.messageId, delivery);
    },

    async find(messageId) {
      return rows.get(messageId);
    },

    async forget(before, limit) {
      const old = [...rows.values()]
        .filter(({ at }) => at < before)
        .toSorted((one, other) => one.at - other.at)
        .slice(0, limit);
      for (const { messageId } of old) rows.delete(messageId);
      return old.length;
    },
  };
}
