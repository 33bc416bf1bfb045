import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MessageDeliveries, MessageDelivery } from './message-deliveries.ts';

/** What every adapter of `MessageDeliveries` must do. `open` answers an empty one. */
export function messageDeliveriesContract(open: () => Promise<MessageDeliveries>): void {
  let deliveries: MessageDeliveries;
  beforeEach(async () => {
    deliveries = await open();
  });

  const delivery = (change: Partial<MessageDelivery> = {}): MessageDelivery => ({
    messageId: randomUUID(),
    kind: 'contact-changed',
    channel: 'email',
    settled: { outcome: 'delivered' },
    attempts: 1,
    at: Date.UTC(2026, 5, 1),
    ...change,
  });
  const failure = (change: Partial<MessageDelivery> = {}) =>
    delivery({ settled: { outcome: 'failed', reason: 'smtp_550' }, ...change });

  describe('deliveries of messages', () => {
    it('find what was recorded, by message', async () => {
      const [one, other] = [failure({ channel: 'sms', attempts: 3 }), delivery()];
      await deliveries.record(one);
      await deliveries.record(other);
      expect(await deliveries.find(one.messageId)).toEqual(one);
      expect(await deliveries.find(other.messageId)).toEqual(other);
      expect(await deliveries.find(randomUUID())).toBeUndefined();
    });

    it('keep the last one, except that what was delivered stays delivered', async () => {
      const failed = failure();
      await deliveries.record(failed);
      const delivered = { ...failed, settled: { outcome: 'delivered' }, attempts: 2 } as const;
      await deliveries.record(delivered);
      expect(await deliveries.find(failed.messageId)).toEqual(delivered);
      await deliveries.record(failed);
      expect(await deliveries.find(failed.messageId)).toEqual(delivered);
    });

    it('stay delivered when workers record the same one at once', async () => {
      const delivered = delivery();
      const failed = failure({ messageId: delivered.messageId });
      const records = Array.from({ length: 20 }, (_, i) => (i === 7 ? delivered : failed));
      await Promise.all(records.map((record) => deliveries.record(record)));
      expect(await deliveries.find(delivered.messageId)).toEqual(delivered);
    });

    it('forget the oldest first, so many at a time, and nothing that is recent', async () => {
      const now = Date.UTC(2026, 5, 30);
      const aged = (days: number) => delivery({ at: now - days * 86_400_000 });
      const [recent, old, older] = [aged(1), aged(40), aged(50)];
      for (const each of [old, recent, older]) await deliveries.record(each);
      const before = now - 30 * 86_400_000;

      expect(await deliveries.forget(before, 1)).toBe(1);
      expect(await deliveries.find(older.messageId)).toBeUndefined();
      expect(await deliveries.find(old.messageId)).toEqual(old);
      expect(await deliveries.forget(before, 10)).toBe(1);
      expect(await deliveries.forget(before, 10)).toBe(0);
      expect(await deliveries.find(recent.messageId)).toEqual(recent);
    });
  });
}
