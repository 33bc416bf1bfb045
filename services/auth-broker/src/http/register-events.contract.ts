import type { RegisterEvent } from '@psc/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { World } from '#src/testing/world.ts';
import type { OpenWorld } from './journeys.contract.ts';

const SENTENCE = /vous n’êtes plus, enregistré comme professionnel en activité/;

/** What becomes of phones and contacts when something happens in the register: with fakes, and with real datastores. */
export function registerEventsContract(openWorld: OpenWorld): void {
  let world: World;
  let lastEvent = 0;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world?.app.close());

  /** What the register says from now on, and the event of it. */
  const happen = (event: Partial<RegisterEvent> & { type: RegisterEvent['type'] }): number => {
    const id = ++lastEvent;
    const at = Math.floor(world.now() / 1000);
    world.register.events.push({ id, nationalId: world.camille.nationalId, previousId: '', at, ...event });
    return id;
  };
  const setActive = (active: boolean) => {
    const { nationalId, adeli } = world.camille;
    for (const each of [nationalId, adeli]) world.register.people.set(each, { nationalId, active });
  };
  const strikeOff = () => {
    setActive(false);
    return happen({ type: 'struck_off' });
  };
  const reappear = () => {
    setActive(true);
    return happen({ type: 'reappeared' });
  };
  const actOn = (first: number, last = first) =>
    world.callAs('notification-worker', 'POST', '/internal/register-events', { first, last });
  const done = async (first: number, last = first) =>
    expect((await actOn(first, last)).json()).toEqual({ done: true });

  /** A login up to the number on the screen. */
  const challenge = async (identifier = world.camille.nationalId) => {
    const browser = world.browser();
    const id = await world.openLogin();
    await browser.open(`/login/${id}`);
    const page = await browser.submit(`/login/${id}/identify`, { identifier });
    const number = page.find('matching-number') ?? expect.fail('no number on the page');
    return { id, number, page, shown: async () => browser.open(`/login/${id}`) };
  };
  const stateOf = async (id: string) => (await world.stores.approvals.find(id))?.state;
  const silentlyRefused = {
    ok: false,
    refusal: 'professional_inactive',
    message: expect.stringMatching(SENTENCE),
  };

  describe('a professional who was struck off', () => {
    it('has a silent phone: it does not ring, shows and answers nothing, and says why', async () => {
      const device = await world.phone();
      await done(strikeOff());
      const { id, number } = await challenge();
      expect(await world.stores.notified(id)).not.toContain(device.id);
      const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
      expect(await device.answer({ id, clientId: 'agenda' }, answer)).toEqual(silentlyRefused);
      expect(await device.pendingRequests()).toEqual(silentlyRefused);
      expect(await stateOf(id)).toBe('denied');
      const push = `/internal/devices/${device.id}/push-subscription`;
      expect((await world.callAs('notification-worker', 'GET', push)).statusCode).toBe(404);
    });

    it('reads on the page why they may not log in, once their phone has called, and not before', async () => {
      const device = await world.phone();
      await done(strikeOff());
      const login = await challenge();
      const waiting = await login.shown();
      expect(waiting.find('matching-number')).toBe(login.number);
      expect(waiting.text).not.toMatch(SENTENCE);
      await device.pendingRequests();
      const ended = await login.shown();
      expect(ended.status).toBe(403);
      expect(ended.text).toMatch(SENTENCE);
    });

    it('is asked as somebody unknown is: a typed identifier tells nobody who was struck off', async () => {
      await world.phone();
      await done(strikeOff());
      const own = (login: Awaited<ReturnType<typeof challenge>>) =>
        login.page.text
          .replaceAll(login.id, 'ID')
          .replaceAll(`>${login.number}<`, '>NN<')
          .replaceAll(/Votre numéro : [^.]+\./g, '');
      const [struckOff, unknown] = [await challenge(), await challenge(world.stranger.nationalId)];
      expect(own(struckOff)).toBe(own(unknown));
      for (const { id } of [struckOff, unknown]) {
        const decoys = await world.stores.notified(id);
        expect(decoys).toHaveLength(1);
        expect(await world.stores.devices.find(decoys[0] ?? '')).toBeUndefined();
      }
      world.pass(120_000);
      expect((await struckOff.shown()).find('message')).toBe((await unknown.shown()).find('message'));
    });

    it('is not notified any more even before the event comes', async () => {
      const device = await world.phone();
      strikeOff();
      expect(await world.stores.notified((await challenge()).id)).not.toContain(device.id);
    });

    it('has the login on which they were waiting ended, and what an application asked refused', async () => {
      const device = await world.phone();
      const login = await challenge();
      const ciba = await world.openLogin({ channel: 'ciba', returnTo: '', ping: true });
      const asked = {
        approvalId: ciba,
        nationalId: world.camille.nationalId,
        means: 'ecps',
        number: '07',
        seconds: 120,
      };
      await world.callAs('oidc-provider', 'POST', '/internal/challenges', asked);
      await done(strikeOff());
      expect(await stateOf(login.id)).toBe('expired');
      // Whoever typed the identifier waits there: it says what it says to everybody.
      expect((await login.shown()).text).not.toMatch(SENTENCE);
      expect(await stateOf(ciba)).toBe('denied');
      expect(await world.stores.pinged(ciba)).toEqual(['agenda']);
      const answer = { decision: 'approve', number: '07', pin: world.camille.pin } as const;
      expect(await device.answer({ id: ciba, clientId: 'agenda' }, answer)).toMatchObject({ ok: false });
    });

    it('logs in again once they reappear, with the phone of before', async () => {
      const device = await world.phone();
      await done(strikeOff());
      expect(await device.pendingRequests()).toEqual(silentlyRefused);
      await done(reappear());
      const { id, number } = await challenge();
      expect(await world.stores.notified(id)).toEqual([device.id]);
      const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
      expect(await device.answer({ id, clientId: 'agenda' }, answer)).toEqual({
        ok: true,
        value: 'approved',
      });
    });

    it('logs in again once they reappear, even when the event of it was lost: the phone asks the register', async () => {
      const device = await world.phone();
      await done(strikeOff());
      setActive(true);
      expect(await device.pendingRequests()).toEqual({ ok: true, value: [] });
      expect(await world.stores.notified((await challenge()).id)).toEqual([device.id]);
    });

    it('is not silenced again by an event of before that comes late', async () => {
      const device = await world.phone();
      const [struckOff, reappeared] = [strikeOff(), reappear()];
      await done(reappeared);
      await done(struckOff);
      expect((await world.stores.devices.find(device.id ?? ''))?.state).toBe('active');
    });

    it('learns nothing while the register does not answer, and their login waits', async () => {
      const device = await world.phone();
      await done(strikeOff());
      const { id } = await challenge();
      world.broken.add('directory');
      await expect(device.pendingRequests()).resolves.toMatchObject({ refusal: 'temporarily_unavailable' });
      expect(await stateOf(id)).toBe('challenged');
    });
  });

  describe('an identifier that became another one', () => {
    it('is that of the phones enrolled with it: their owner logs in with either', async () => {
      const { nationalId, adeli } = world.camille;
      world.register.people.clear();
      world.register.people.set(adeli, { nationalId: adeli, active: true });
      const device = await world.phone({ nationalId: adeli });
      const before = await challenge(adeli);
      expect(await world.stores.notified(before.id)).toEqual([device.id]);
      setActive(true);
      await done(happen({ type: 'merged', previousId: adeli }));
      expect(await stateOf(before.id)).toBe('expired');
      for (const typed of [adeli, nationalId]) {
        const { id, number } = await challenge(typed);
        expect(await world.stores.notified(id)).toEqual([device.id]);
        const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
        expect(await device.answer({ id, clientId: 'agenda' }, answer)).toMatchObject({ ok: true });
        const taken = await world.stores.approvals.take(id);
        expect(taken.ok && taken.value.challenge.nationalId).toBe(nationalId);
      }
    });

    it('keeps its phones when the register took it back since', async () => {
      const { adeli } = world.camille;
      world.register.people.set(adeli, { nationalId: adeli, active: true });
      const device = await world.phone({ nationalId: adeli });
      await done(happen({ type: 'merged', previousId: adeli }));
      expect(await world.stores.notified((await challenge(adeli)).id)).toEqual([device.id]);
    });

    it('has them again when it was merged wrongly: neither rings for the other', async () => {
      const { nationalId, adeli } = world.camille;
      world.register.people.set(adeli, { nationalId: adeli, active: true });
      const [theirs, other] = [await world.phone({ nationalId: adeli }), await world.phone({ nationalId })];
      world.register.people.set(adeli, { nationalId, active: true });
      await done(happen({ type: 'merged', previousId: adeli }));
      const meanwhile = await challenge();
      expect(await world.stores.notified(meanwhile.id)).toContain(theirs.id);
      world.register.people.set(adeli, { nationalId: adeli, active: true });
      await done(happen({ type: 'separated', nationalId: adeli, previousId: nationalId }));
      expect(await stateOf(meanwhile.id)).toBe('expired');
      expect(await world.stores.notified((await challenge(adeli)).id)).toEqual([theirs.id]);
      expect(await world.stores.notified((await challenge()).id)).toEqual([other.id]);
    });

    it('loses them for good when it was merged again since', async () => {
      const { nationalId, adeli } = world.camille;
      world.register.people.set(adeli, { nationalId: adeli, active: true });
      const device = await world.phone({ nationalId: adeli });
      world.register.people.set(adeli, { nationalId, active: true });
      await done(happen({ type: 'merged', previousId: adeli }));
      await done(happen({ type: 'separated', nationalId: adeli, previousId: nationalId }));
      expect(await world.stores.notified((await challenge()).id)).toEqual([device.id]);
    });

    it('still enrols, at a desk that types it, a phone of the person whom it leads to', async () => {
      const device = await world.phone({ nationalId: world.camille.adeli });
      expect(await world.stores.notified((await challenge()).id)).toEqual([device.id]);
    });
  });

  describe('a contact that changed', () => {
    const contact = { phone: '06 39 98 12 34', mail: 'camille@cabinet.example' };
    const changeContact = (changed: ('phone' | 'mail')[], previous = contact) => {
      const id = happen({ type: 'contact_changed' });
      world.register.previousContacts.set(id, { ...previous, changed });
      return id;
    };
    /** What is owed to be sent, and was not seen before. */
    const owed = async () => {
      const { owedMessages } = world.stores;
      const HOUR = 3_600_000;
      const ids = await owedMessages.takeDue(world.now() + 2 * HOUR, world.now() + 1_000 * HOUR, 100);
      return Promise.all(ids.map((id) => owedMessages.find(id, world.now())));
    };
    beforeEach(async () => void (await owed()));

    it('is told to the old telephone and to the old address, and then forgotten', async () => {
      const id = changeContact(['phone', 'mail']);
      const changedAt = Math.floor(world.now() / 1000) * 1000;
      await done(id);
      expect((await owed()).map((each) => each && [each.channel, each.to, each.content])).toEqual([
        ['sms', '+33639981234', { kind: 'contact-changed', contact: 'phone', changedAt }],
        ['email', contact.mail, { kind: 'contact-changed', contact: 'email', changedAt }],
      ]);
      expect(world.register.previousContacts.size).toBe(0);
    });

    it('is told only where it changed', async () => {
      await done(changeContact(['mail']));
      expect(await owed()).toMatchObject([{ channel: 'email' }]);
    });

    it.each([
      { what: 'a first telephone', previous: { phone: '', mail: contact.mail } },
      { what: 'a number in place of words', previous: { phone: 'voir secrétariat', mail: contact.mail } },
    ])('is told to the address that stays: $what', async ({ previous }) => {
      await done(changeContact(['phone'], previous));
      const content = { kind: 'contact-changed', contact: 'phone' };
      expect(await owed()).toMatchObject([{ channel: 'email', to: contact.mail, content }]);
    });

    it('is told to the telephone that stays: a first address', async () => {
      await done(changeContact(['mail'], { ...contact, mail: '' }));
      expect(await owed()).toMatchObject([{ channel: 'sms', content: { contact: 'email' } }]);
    });

    it('is told to the old address alone when both change and there was no telephone', async () => {
      await done(changeContact(['phone', 'mail'], { ...contact, phone: '' }));
      expect(await owed()).toMatchObject([{ channel: 'email', content: { contact: 'email' } }]);
    });

    it('is told once for one event, even when the first try was cut short', async () => {
      const id = changeContact(['phone']);
      world.broken.add('queue');
      expect((await actOn(id)).statusCode).toBe(503);
      world.broken.delete('queue');
      expect(world.register.previousContacts.size).toBe(1);
      await done(id);
      expect(await owed()).toHaveLength(1);
      expect(world.register.previousContacts.size).toBe(0);
      await done(id);
      expect(await owed()).toEqual([]);
    });

    it('that nobody can write to keeps nothing waiting', async () => {
      await done(changeContact(['phone', 'mail'], { phone: 'voir secrétariat', mail: '' }));
      expect(await owed()).toEqual([]);
      expect(world.register.previousContacts.size).toBe(0);
    });
  });

  describe('the route of events', () => {
    it('is for notification-worker, and takes numbers', async () => {
      const device = await world.phone();
      const first = strikeOff();
      const path = '/internal/register-events';
      const run = { first, last: first };
      expect((await world.callAs('oidc-provider', 'POST', path, run)).statusCode).toBe(403);
      expect((await world.app.inject({ method: 'POST', url: path, payload: run })).statusCode).toBe(401);
      for (const body of [{}, { first: 'x', last: 1 }, { first: 0, last: 1 }, { ...run, more: 1 }])
        expect((await world.callAs('notification-worker', 'POST', path, body)).statusCode).toBe(400);
      expect((await world.stores.devices.find(device.id ?? ''))?.state).toBe('active');
    });

    it('acts on the other events of a run when one of them breaks it, and says that it was not all done', async () => {
      const device = await world.phone();
      const first = happen({ type: 'contact_changed' });
      world.register.unreadable.add(first);
      const last = strikeOff();
      expect((await actOn(first, last)).statusCode).toBe(503);
      expect((await world.stores.devices.find(device.id ?? ''))?.state).toBe('silent');
    });

    it('says that it was not done while the register does not answer', async () => {
      const device = await world.phone();
      const id = strikeOff();
      world.broken.add('directory');
      expect((await actOn(id)).statusCode).toBe(503);
      world.broken.delete('directory');
      await done(id);
      expect((await world.stores.devices.find(device.id ?? ''))?.state).toBe('silent');
    });
  });
}
