import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OwedMessage } from '#src/domain/message.ts';
import type { OwedMessages } from './owed-messages.ts';

const now = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

/** What every adapter of `OwedMessages` must do, in parallel too. `open` answers an empty one. */
export function owedMessagesContract(open: () => Promise<OwedMessages>): void {
  let messages: OwedMessages;
  beforeEach(async () => {
    messages = await open();
  });

  const message = (change: Partial<OwedMessage> = {}): OwedMessage => ({
    id: randomUUID(),
    channel: 'email',
    to: 'camille@cabinet.example',
    content: { kind: 'contact-changed', contact: 'email', changedAt: now - 1_000 },
    createdAt: now,
    expiresAt: now + 24 * HOUR,
    ...change,
  });
  const owe = async (change: Partial<OwedMessage> = {}, queueAt = now) => {
    const owed = message(change);
    expect(await messages.add(owed, queueAt)).toBe(true);
    return owed;
  };
  const due = (at = now, limit = 100) => messages.takeDue(at, at + HOUR, limit);

  describe('owed messages', () => {
    it('are found until they are sent', async () => {
      const owed = await owe({ channel: 'sms', to: '+33639981234' });
      const other = await owe();
      expect(await messages.find(owed.id, now)).toEqual(owed);
      await messages.settle(owed.id, 'sent');
      expect(await messages.find(owed.id, now)).toBeUndefined();
      expect(await messages.find(other.id, now)).toEqual(other);
      expect(await messages.find(randomUUID(), now)).toBeUndefined();
    });

    it('are owed once, even when one was sent already, and of ten at once', async () => {
      const owed = message();
      const added = await Promise.all(Array.from({ length: 10 }, () => messages.add(owed, now)));
      expect(added.filter(Boolean)).toHaveLength(1);
      await messages.settle(owed.id, 'sent');
      expect(await messages.add(owed, now)).toBe(false);
      expect(await messages.find(owed.id, now)).toBeUndefined();
      expect(await due()).toEqual([]);
    });

    it('are due from their time on, oldest first, so many at a time', async () => {
      const late = await owe({}, now - 1);
      const later = await owe({}, now);
      await owe({}, now + 1);
      const oldest = await owe({}, now - 2);
      expect(await due(now, 2)).toEqual([oldest.id, late.id]);
      expect(await due()).toEqual([later.id]);
      expect(await due()).toEqual([]);
    });

    it('come again when nobody settled them', async () => {
      const owed = await owe();
      await due();
      expect(await due(now + HOUR - 1)).toEqual([]);
      expect(await due(now + HOUR)).toEqual([owed.id]);
      await messages.markQueued([owed.id], now + 3 * HOUR);
      expect(await due(now + 2 * HOUR)).toEqual([]);
      expect(await due(now + 3 * HOUR)).toEqual([owed.id]);
    });

    it('are each given to one of those who take at once', async () => {
      const ids = await Promise.all(Array.from({ length: 60 }, async () => (await owe()).id));
      const taken = (await Promise.all(Array.from({ length: 12 }, () => due(now, 10)))).flat();
      expect(new Set(taken).size).toBe(taken.length);
      expect([...taken, ...(await due())].toSorted()).toEqual(ids.toSorted());
    });

    it('do not come again once they are settled, whoever still says that they were queued', async () => {
      const [sent, failed] = [await owe(), await owe()];
      await messages.settle(sent.id, 'sent');
      await messages.settle(failed.id, 'failed');
      await messages.markQueued([sent.id, failed.id], now);
      expect(await due(now + HOUR)).toEqual([]);
      expect(await messages.find(failed.id, now)).toEqual(failed);
      await messages.settle(failed.id, 'sent');
      expect(await messages.find(failed.id, now)).toBeUndefined();
    });

    it('are not found, taken or kept once they have expired', async () => {
      const old = await owe({ expiresAt: now - 1 });
      const older = await owe({ expiresAt: now - 2 });
      const fresh = await owe({ expiresAt: now + 1 }, now + HOUR);
      expect(await messages.find(old.id, now)).toBeUndefined();
      expect(await due()).toEqual([]);
      expect(await messages.forget(now, 1)).toBe(1);
      expect(await messages.find(older.id, 0)).toBeUndefined();
      expect(await messages.find(old.id, 0)).toEqual(old);
      expect(await messages.forget(now, 10)).toBe(1);
      expect(await messages.forget(now, 10)).toBe(0);
      expect(await messages.find(fresh.id, now)).toEqual(fresh);
    });

    it('are settled without a word when nobody knows them', async () => {
      await messages.settle(randomUUID(), 'sent');
      expect(await messages.forget(now, 10)).toBe(0);
    });
  });
}
