import { approvalProofClaimsSchema, approvalProofType } from '@psc/contracts';
import type { Device } from '@psc/ecps-device';
import { Unavailable } from '@psc/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { World } from '#src/testing/world.ts';
import type { OpenWorld } from './journeys.contract.ts';

/** What an application asks by CIBA, through oidc-provider: with fakes, and with real datastores. */
export function cibaContract(openWorld: OpenWorld): void {
  let world: World;
  afterEach(() => world?.app.close());

  const open = (change = {}) => world.openLogin({ channel: 'ciba', returnTo: '', ...change });
  const bodyFor = (approvalId: string, change = {}) => ({
    approvalId,
    nationalId: world.camille.nationalId,
    means: 'ecps',
    number: '07',
    seconds: 120,
    ...change,
  });
  const challenge = (approvalId: string, change = {}) =>
    world.callAs('oidc-provider', 'POST', '/internal/challenges', bodyFor(approvalId, change));
  /** A request up to the phone that shows it. */
  const challenged = async (change = {}) => {
    const id = await open(change);
    expect((await challenge(id)).statusCode).toBe(200);
    return id;
  };
  const stateOf = async (id: string) => (await world.stores.approvals.find(id))?.state;
  const answer = async (device: Device, id: string, given: { decision: 'approve'; number: string }) =>
    device.answer({ id, clientId: 'agenda' }, { ...given, pin: world.camille.pin });

  describe('a CIBA request', () => {
    it('shows on the phone of the professional it names, and is approved with the number of the application', async () => {
      world = await openWorld();
      const device = await world.phone();
      const id = await challenged();
      expect(await world.stores.notified(id)).toEqual([device.id]);
      const listed = await device.pendingRequests();
      expect(listed).toMatchObject({
        ok: true,
        value: [{ id, application: 'Agenda médical', requestedFrom: 'Logiciel, adresse 192.0.2.1' }],
      });
      expect(await answer(device, id, { decision: 'approve', number: '07' })).toMatchObject({ ok: true });

      const taken = await world.stores.approvals.take(id);
      const proof = taken.ok ? taken.value.proof : expect.fail('not approved');
      const payload = await world.providerIdentity.verify(approvalProofType, 'auth-broker', proof);
      const claims = approvalProofClaimsSchema.parse(payload);
      expect(claims).toMatchObject({ approval: id, client: 'agenda', means: 'ecps', instrument: device.id });
      // No browser is bound to it, so it finishes no login of a browser.
      expect(claims).not.toHaveProperty('browser');
    });

    it('ends with a number that is not the application’s', async () => {
      world = await openWorld();
      const device = await world.phone();
      const id = await challenged();
      expect(await answer(device, id, { decision: 'approve', number: '08' })).toMatchObject({
        refusal: 'number_wrong',
      });
      expect(await stateOf(id)).toBe('denied');
    });

    it('is over after the time that the application gives', async () => {
      world = await openWorld();
      const device = await world.phone();
      const id = await open();
      await challenge(id, { seconds: 20 });
      world.pass(20_000);
      expect(await stateOf(id)).toBe('expired');
      expect(await answer(device, id, { decision: 'approve', number: '07' })).toMatchObject({
        refusal: 'request_expired',
      });
    });

    it('rings no phone beyond the limit, and can be answered by opening the app', async () => {
      world = await openWorld({ NOTIFICATIONS_UNANSWERED: 1 });
      const device = await world.phone();
      await challenged();
      const id = await challenged();
      expect(await world.stores.notified(id)).toEqual([]);
      expect(await answer(device, id, { decision: 'approve', number: '07' })).toMatchObject({ ok: true });
    });

    it('of somebody without a phone behaves like one that nobody answers', async () => {
      world = await openWorld();
      const id = await challenged();
      expect(await world.stores.notified(id)).toHaveLength(1);
      expect(await stateOf(id)).toBe('challenged');
    });

    it('that awaits a card shows on no phone, and no phone answers it', async () => {
      world = await openWorld();
      const device = await world.phone();
      const id = await open();
      expect((await challenge(id, { means: 'cps' })).statusCode).toBe(200);
      expect(await world.stores.notified(id)).toEqual([]);
      expect(await device.pendingRequests()).toEqual({ ok: true, value: [] });
      const answered = await answer(device, id, { decision: 'approve', number: '07' });
      expect(answered).toMatchObject({ refusal: 'request_unknown' });
      expect(await world.stores.approvals.find(id)).toMatchObject({
        state: 'challenged',
        challenge: { means: 'cps' },
      });
    });

    it('is challenged once, and never in the place of a browser', async () => {
      world = await openWorld();
      const device = await world.phone();
      const id = await challenged();
      const again = await challenge(id, { number: '08' });
      expect([again.statusCode, again.json()]).toMatchObject([409, { error: 'already_challenged' }]);
      expect(await answer(device, id, { decision: 'approve', number: '07' })).toMatchObject({ ok: true });

      const login = await world.openLogin();
      expect((await challenge(login)).json()).toMatchObject({ error: 'unknown' });
      expect(await stateOf(login)).toBe('opened');
      expect((await challenge('no-such-approval')).statusCode).toBe(409);
    });

    it('comes from oidc-provider alone, in the agreed shape', async () => {
      world = await openWorld();
      const id = await open();
      const path = '/internal/challenges';
      const payload = bodyFor(id);
      expect((await world.app.inject({ method: 'POST', url: path, payload })).statusCode).toBe(401);
      expect((await world.callAs('enrolment-desk', 'POST', path, payload)).statusCode).toBe(403);
      for (const change of [
        { number: '7' },
        { seconds: 121 },
        { means: 'sms' },
        { nationalId: '?' },
        { x: 1 },
      ])
        expect((await challenge(id, change)).statusCode).toBe(400);
      expect(await stateOf(id)).toBe('opened');
    });

    it('leaves nothing when the register does not answer', async () => {
      world = await openWorld();
      const id = await open();
      world.broken.add('directory');
      expect((await challenge(id)).statusCode).toBe(503);
      expect(await stateOf(id)).toBe('opened');
    });
  });

  describe('an application that waits to be called', () => {
    it.each(['approve', 'refuse', 'report'] as const)(
      'is called once about a phone’s answer: %s',
      async (decision) => {
        world = await openWorld();
        const device = await world.phone();
        const id = await challenged({ ping: true });
        expect(await world.stores.pinged(id)).toEqual([]);
        const given =
          decision === 'approve'
            ? ({ decision, number: '07', pin: world.camille.pin } as const)
            : { decision };
        const answered = await device.answer({ id, clientId: 'agenda' }, given);
        expect(answered.ok).toBe(true);
        await device.answer({ id, clientId: 'agenda' }, { decision: 'refuse' });
        expect(await world.stores.pinged(id)).toEqual(['agenda']);
      },
    );

    it('is not called when it only polls, nor about a login of a browser', async () => {
      world = await openWorld();
      const device = await world.phone();
      const id = await challenged();
      await answer(device, id, { decision: 'approve', number: '07' });
      expect(await world.stores.pinged(id)).toEqual([]);
    });

    it('loses its call with the queue, and not the answer', async () => {
      world = await openWorld();
      const device = await world.phone();
      const id = await challenged({ ping: true });
      const ping = vi.spyOn(world.stores.calls, 'ping');
      ping.mockRejectedValueOnce(new Unavailable('queue_unavailable', 'unplugged'));
      expect(await answer(device, id, { decision: 'approve', number: '07' })).toMatchObject({ ok: true });
      ping.mockRestore();
      expect(await stateOf(id)).toBe('approved');
    });
  });
}
