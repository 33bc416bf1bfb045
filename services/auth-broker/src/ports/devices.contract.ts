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

  describe('the silence of who was struck off', () => {
    const silence = (event: number, silent: boolean) =>
      devices.setSilence(nationalId, { event, silent, at: now });

    it('is of all their phones, those activated meanwhile too, and of nobody else', async () => {
      const before = await activate({ push });
      const stranger = device({ push });
      const ticket = random();
      await devices.addTicket({ ticket, nationalId: `8${randomUUID()}`, expiresAt: now + 1000 });
      await devices.activate(ticket, stranger);
      await silence(7, true);
      const after = await activate({ push });
      for (const { id } of [before, after]) {
        expect(await devices.find(id)).toMatchObject({ state: 'silent' });
        expect(await devices.findPushSubscription(id)).toBeUndefined();
      }
      expect(await devices.listActive(nationalId, 10)).toEqual([]);
      expect(await devices.find(stranger.id)).toMatchObject({ state: 'active' });
      expect(await devices.findPushSubscription(stranger.id)).toEqual(push);
    });

    it('ends when they reappear, and leaves a locked phone locked', async () => {
      const { id } = await activate({ push });
      const locked = await activate();
      await devices.tryPin(locked.id, ['k1.wrong'], 1);
      await silence(7, true);
      expect(await devices.find(locked.id)).toMatchObject({ state: 'locked' });
      await silence(8, false);
      expect(await devices.find(id)).toMatchObject({ state: 'active' });
      expect(await devices.listActive(nationalId, 10)).toEqual([id]);
      expect(await devices.findPushSubscription(id)).toEqual(push);
      expect(await devices.find(locked.id)).toMatchObject({ state: 'locked' });
    });

    it('is as the last event says, in whatever order events come, and however often', async () => {
      const { id } = await activate();
      const state = async () => (await devices.find(id))?.state;
      await silence(9, false);
      await silence(7, true);
      expect(await state()).toBe('active');
      await silence(12, true);
      await silence(12, true);
      await silence(9, false);
      expect(await state()).toBe('silent');
      await Promise.all([13, 18, 14, 17, 15, 16].map((event) => silence(event, event < 18)));
      expect(await state()).toBe('active');
    });

    it('ends when the register contradicts it, until a later event', async () => {
      const { id } = await activate();
      await silence(7, true);
      expect(await devices.findSilence(nationalId)).toBe(7);
      await devices.endSilence(nationalId, 7);
      expect(await devices.findSilence(nationalId)).toBeUndefined();
      await devices.endSilence(`8${randomUUID()}`, 7);
      await silence(7, true);
      expect(await devices.find(id)).toMatchObject({ state: 'active' });
      await silence(8, true);
      expect(await devices.find(id)).toMatchObject({ state: 'silent' });
      // Who asked the register about the event before has not heard of this one.
      await devices.endSilence(nationalId, 7);
      expect(await devices.find(id)).toMatchObject({ state: 'silent' });
    });
  });

  describe('an identifier that became another one', () => {
    // Each event has its number.
    let before = 0;
    const merge = (event = 5) => devices.merge({ event: before + event, previousId, nationalId, at: now });
    let previousId: string;
    beforeEach(() => {
      before += 100;
      previousId = `0${randomUUID()}`;
    });
    const ticketFor = async (owner: string, expiresAt = now + 1000) => {
      const ticket = random();
      await devices.addTicket({ ticket, nationalId: owner, expiresAt });
      return ticket;
    };
    const activateFor = async (owner: string) => {
      const enrolled = device();
      expect(await devices.activate(await ticketFor(owner), enrolled)).toBe(true);
      return enrolled.id;
    };

    it('gives it its phones, beside those that it had, as often as it is asked', async () => {
      const [old, own] = [await activateFor(previousId), await activateFor(nationalId)];
      for (let i = 0; i < 2; i++) await merge();
      expect((await devices.listActive(nationalId, 10)).toSorted()).toEqual([old, own].toSorted());
      expect(await devices.listActive(previousId, 10)).toEqual([]);
      expect(await devices.find(old)).toMatchObject({ nationalId, state: 'active' });
    });

    it('gives it its ticket: who was recognised before activates their phone after', async () => {
      const ticket = await ticketFor(previousId);
      await merge();
      const enrolled = device();
      expect(await devices.activate(ticket, enrolled)).toBe(true);
      expect(await devices.find(enrolled.id)).toMatchObject({ nationalId });
    });

    it.each(['previous', 'other'])('keeps of two tickets the one given last: the %s one', async (last) => {
      const previous = await ticketFor(previousId, now + (last === 'previous' ? 2000 : 1000));
      const other = await ticketFor(nationalId, now + (last === 'previous' ? 1000 : 2000));
      await merge();
      expect(await devices.activate(previous, device())).toBe(last === 'previous');
      expect(await devices.activate(other, device())).toBe(last === 'other');
    });

    it('loses no phone that is being activated at the same time', async () => {
      for (let round = 0; round < 10; round++) {
        const ticket = await ticketFor(previousId);
        const enrolled = device();
        const [activated] = await Promise.all([devices.activate(ticket, enrolled), merge()]);
        expect(activated).toBe(true);
        expect(await devices.find(enrolled.id)).toMatchObject({ nationalId });
      }
    });

    it('gives the phones of before to who is right, when it was merged wrongly first', async () => {
      const [id, wrong] = [await activateFor(previousId), `8${randomUUID()}`];
      await devices.merge({ event: before + 4, previousId, nationalId: wrong, at: now });
      const theirs = await activateFor(wrong);
      await merge(5);
      expect(await devices.listActive(nationalId, 10)).toEqual([id]);
      expect(await devices.listActive(wrong, 10)).toEqual([theirs]);
    });

    describe('wrongly', () => {
      const separate = (event = 6) =>
        devices.separate({ event: before + event, nationalId: previousId, previousId: nationalId, at: now });

      it('has its phones again, and the other one keeps its own, of before and since', async () => {
        const [old, own] = [await activateFor(previousId), await activateFor(nationalId)];
        await merge();
        const since = await activateFor(nationalId);
        for (let i = 0; i < 2; i++) await separate();
        expect(await devices.listActive(previousId, 10)).toEqual([old]);
        expect((await devices.listActive(nationalId, 10)).toSorted()).toEqual([own, since].toSorted());
      });

      it('leaves the other one no ticket, which may have been given to its own person', async () => {
        const ticket = await ticketFor(previousId);
        await merge();
        await separate();
        expect(await devices.activate(ticket, device())).toBe(false);
      });

      it('is not merged again by the event of before that comes late', async () => {
        const id = await activateFor(previousId);
        await separate(6);
        await merge(5);
        expect(await devices.listActive(previousId, 10)).toEqual([id]);
        await merge(7);
        expect(await devices.listActive(nationalId, 10)).toEqual([id]);
        await separate(6);
        expect(await devices.listActive(nationalId, 10)).toEqual([id]);
        await separate(8);
        expect(await devices.listActive(previousId, 10)).toEqual([id]);
      });

      it('has them again from whoever they came to by way of the other one', async () => {
        const [id, third] = [await activateFor(previousId), `8${randomUUID()}`];
        await merge(5);
        const theirs = await activateFor(nationalId);
        await devices.merge({ event: before + 6, previousId: nationalId, nationalId: third, at: now });
        await separate(7);
        expect(await devices.listActive(previousId, 10)).toEqual([id]);
        await devices.separate({ event: before + 8, nationalId, previousId: third, at: now });
        expect(await devices.listActive(nationalId, 10)).toEqual([theirs]);
        expect(await devices.listActive(previousId, 10)).toEqual([id]);
      });

      it('of two events at once has the later one count', async () => {
        for (let round = 0; round < 10; round++) {
          const id = await activateFor(previousId);
          await Promise.all([merge(10 + 2 * round), separate(11 + 2 * round)]);
          expect(await devices.find(id)).toMatchObject({ nationalId: previousId });
        }
      });
    });

    it('whose person was struck off leaves its phones silent', async () => {
      const id = await activateFor(previousId);
      await devices.setSilence(nationalId, { event: 3, silent: true, at: now });
      await merge();
      expect(await devices.find(id)).toMatchObject({ state: 'silent' });
    });
  });
}
