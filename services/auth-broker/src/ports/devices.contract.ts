import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Devices, NewDevice } from './devices.ts';

const now = Date.UTC(2026, 10, 21);
const push = {
  endpoint: 'https://push.example/subscription/1',
  keys: { p256dh: 'cDI1NmRo', auth: 'YXV0aA' },
};

/** What every adapter of `Devices` must do, in parallel too. `open` answers one that may hold other people's devices. */
export function devicesContract(open: () => Promise<Devices>): void {
  let devices: Devices;
  let nationalId: string;
  beforeEach(async () => {
    devices = await open();
    nationalId = `8${randomUUID()}`;
  });

  const random = () => randomBytes(32).toString('base64url');
  const device = (change: Partial<NewDevice> = {}): NewDevice => ({
    id: random(),
    name: 'Téléphone',
    publicKey: { kty: 'EC', crv: 'P-256', x: random(), y: random() },
    pinVerifier: 'k1.right',
    push: undefined,
    activatedAt: now,
    ...change,
  });
  const addTicket = async (change: { expiresAt?: number } = {}) => {
    const ticket = random();
    await devices.addTicket({ ticket, nationalId, expiresAt: now + 1000, ...change });
    return ticket;
  };
  const activate = async (change: Partial<NewDevice> = {}) => {
    const enrolled = device(change);
    expect(await devices.activate(await addTicket(), enrolled)).toBe(true);
    return enrolled;
  };

  describe('activation', () => {
    it('enrols a device for the professional of the ticket', async () => {
      const { id, publicKey } = await activate();
      expect(await devices.find(id)).toEqual({ id, nationalId, state: 'active', publicKey });
      expect(await devices.listActive(nationalId, 10)).toEqual([id]);
      expect(await devices.find(random())).toBeUndefined();
    });

    it('refuses a ticket that is unknown, used, expired, or replaced by a newer one', async () => {
      expect(await devices.activate(random(), device())).toBe(false);
      const expired = await addTicket({ expiresAt: now });
      expect(await devices.activate(expired, device())).toBe(false);
      const replaced = await addTicket();
      const used = await addTicket();
      expect(await devices.activate(replaced, device())).toBe(false);
      expect(await devices.activate(used, device())).toBe(true);
      expect(await devices.activate(used, device())).toBe(false);
      expect(await devices.listActive(nationalId, 10)).toHaveLength(1);
    });

    it('of twenty uses of one ticket at once, one succeeds', async () => {
      const ticket = await addTicket();
      const uses = await Promise.all(Array.from({ length: 20 }, () => devices.activate(ticket, device())));
      expect(uses.filter(Boolean)).toHaveLength(1);
      expect(await devices.listActive(nationalId, 50)).toHaveLength(1);
    });

    it('lists the newest devices first, so many at most', async () => {
      const ids: string[] = [];
      for (let age = 0; age < 4; age++) ids.push((await activate({ activatedAt: now - age * 1000 })).id);
      expect(await devices.listActive(nationalId, 3)).toEqual(ids.slice(0, 3));
    });
  });

  describe('the PIN', () => {
    const right = ['k2.right', 'k1.right'] as const;
    const wrong = ['k2.wrong', 'k1.wrong'] as const;

    it('is right under any key, and from then on kept under the current one', async () => {
      const { id } = await activate();
      expect(await devices.tryPin(id, right, 3)).toEqual({ verdict: 'right' });
      expect(await devices.tryPin(id, ['k2.right'], 3)).toEqual({ verdict: 'right' });
    });

    it('wrong three times locks the device, even for the right one', async () => {
      const { id } = await activate({ push });
      expect(await devices.tryPin(id, wrong, 3)).toEqual({ verdict: 'wrong', remainingTries: 2 });
      expect(await devices.tryPin(id, wrong, 3)).toEqual({ verdict: 'wrong', remainingTries: 1 });
      expect(await devices.tryPin(id, wrong, 3)).toEqual({ verdict: 'locked' });
      expect(await devices.tryPin(id, right, 3)).toEqual({ verdict: 'locked' });
      expect((await devices.find(id))?.state).toBe('locked');
      expect(await devices.listActive(nationalId, 10)).toEqual([]);
      expect(await devices.findPushSubscription(id)).toBeUndefined();
    });

    it('right once gives all tries back', async () => {
      const { id } = await activate();
      await devices.tryPin(id, wrong, 3);
      await devices.tryPin(id, wrong, 3);
      await devices.tryPin(id, right, 3);
      expect(await devices.tryPin(id, wrong, 3)).toEqual({ verdict: 'wrong', remainingTries: 2 });
    });

    it('of twenty wrong ones at once, two are told what is left and the others find the device locked', async () => {
      const { id } = await activate();
      const verdicts = await Promise.all(Array.from({ length: 20 }, () => devices.tryPin(id, wrong, 3)));
      const left = verdicts.flatMap((each) => (each.verdict === 'wrong' ? [each.remainingTries] : []));
      expect(left.toSorted()).toEqual([1, 2]);
      expect(verdicts.filter(({ verdict }) => verdict === 'locked')).toHaveLength(18);
    });

    it('of an unknown device is locked', async () => {
      expect(await devices.tryPin(random(), right, 3)).toEqual({ verdict: 'locked' });
    });
  });

  it('a push subscription is found by its device only', async () => {
    const { id } = await activate({ push });
    const without = await activate();
    expect(await devices.findPushSubscription(id)).toEqual(push);
    expect(await devices.findPushSubscription(without.id)).toBeUndefined();
    expect(await devices.findPushSubscription(random())).toBeUndefined();
  });
}
