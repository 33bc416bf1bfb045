import type { Deliveries, Delivery } from '#src/ports/deliveries.ts';

/** The fake of the use cases' tests; it passes the same suite as PostgreSQL. */
export function createMemoryDeliveries(): Deliveries {
  const rows = new Map<string, Delivery>();
  const key = (approvalId: string, deviceId: string) => JSON.stringify([approvalId, deviceId]);

  return {
    async record(delivery) {
      const name = key(delivery.approvalId, delivery.deviceId);
      if (rows.get(name)?.settled.outcome !== 'delivered') rows.set(name, delivery);
    },

    async find(approvalId, deviceId) {
      return rows.get(key(approvalId, deviceId));
    },

    async forget(before, limit) {
      const old = [...rows]
        .filter(([, { at }]) => at < before)
        .toSorted(([, one], [, other]) => one.at - other.at)
        .slice(0, limit);
      for (const [name] of old) rows.delete(name);
      return old.length;
    },
  };
}
