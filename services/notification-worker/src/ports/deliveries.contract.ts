import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Deliveries, Delivery } from './deliveries.ts';

/** What every adapter of `Deliveries` must do. `open` answers an empty one. */
export function deliveriesContract(open: () => Promise<Deliveries>): void {
  let deliveries: Deliveries;
  beforeEach(async () => {
    deliveries = await open();
  });

  const delivery = (change: Partial<Delivery> = {}): Delivery => ({
    approvalId: randomUUID(),
    deviceId: randomUUID(),
    settled: { outcome: 'delivered' },
    attempts: 1,
    at: Date.UTC(2026, 5, 1),
    ...change,
  });
  const find = ({ approvalId, deviceId }: Delivery) => deliveries.find(approvalId, deviceId);

  describe('deliveries', () => {
    it('find what was recorded, by approval and device', async () => {
      const one = delivery({ settled: { outcome: 'dropped', reason: 'subscription_gone' }, attempts: 2 });
      const other = delivery({ approvalId: one.approvalId });
      await deliveries.record(one);
      await deliveries.record(other);
      expect(await find(one)).toEqual(one);
      expect(await find(other)).toEqual(other);
      expect(await find(delivery())).toBeUndefined();
    });

    it('keep one row per approval and device, the last one', async () => {
      const failed = delivery({ settled: { outcome: 'failed', reason: 'push_unreachable' }, attempts: 6 });
      await deliveries.record(failed);
      const delivered = { ...failed, settled: { outcome: 'delivered' }, attempts: 1 } as const;
      await deliveries.record(delivered);
      expect(await find(failed)).toEqual(delivered);
    });

    it('stay delivered, whatever a later worker finds', async () => {
      const delivered = delivery();
      await deliveries.record(delivered);
      await deliveries.record({
        ...delivered,
        settled: { outcome: 'dropped', reason: 'approval_over' },
        attempts: 2,
      });
      expect(await find(delivered)).toEqual(delivered);
    });

    it('stay delivered when workers record the same one at once', async () => {
      const delivered = delivery();
      const dropped: Delivery = { ...delivered, settled: { outcome: 'dropped', reason: 'approval_over' } };
      const records = Array.from({ length: 20 }, (_, i) => (i === 7 ? delivered : dropped));
      await Promise.all(records.map((record) => deliveries.record(record)));
      expect(await find(delivered)).toEqual(delivered);
    });

    it('forget the oldest first, so many at a time, and nothing that is recent', async () => {
      const dayMs = 86_400_000;
      const now = Date.UTC(2026, 5, 30);
      const [recent, old, older] = [1, 40, 50].map((days) => delivery({ at: now - days * dayMs }));
      if (!recent || !old || !older) throw new Error('three deliveries');
      for (const each of [old, recent, older]) await deliveries.record(each);

      expect(await deliveries.forget(now - 30 * dayMs, 1)).toBe(1);
      expect(await find(older)).toBeUndefined();
      expect(await find(old)).toEqual(old);
      expect(await deliveries.forget(now - 30 * dayMs, 10)).toBe(1);
      expect(await deliveries.forget(now - 30 * dayMs, 10)).toBe(0);
      expect(await find(recent)).toEqual(recent);
    });
  });
}
