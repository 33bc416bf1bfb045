import { createHash } from 'node:crypto';
import { approvalProofClaimsSchema, approvalProofType, type PendingRequest } from '@psc/contracts';
import { type Device, generateDeviceKeys } from '@psc/ecps-device';
import { Unavailable } from '@psc/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '#src/compose.ts';
import { returnTo, type TestBrowser, type TestPage, type World } from '#src/testing/world.ts';

export type OpenWorld = (settings?: Partial<Settings>) => Promise<World>;

/** What people, phones and attackers live at the wallet: with fakes, and with real datastores. */
export function journeysContract(openWorld: OpenWorld): void {
  let world: World;
  const start = async (settings?: Partial<Settings>) => {
    world = await openWorld(settings);
    return world;
  };
  afterEach(() => world?.app.close());

  /** A login up to the number on the screen. */
  const challenge = async (browser: TestBrowser = world.browser(), change = {}) => {
    const id = await world.openLogin(change);
    await browser.open(`/login/${id}`);
    const page = await browser.submit(`/login/${id}/identify`, { identifier: world.camille.nationalId });
    const number = page.find('matching-number') ?? expect.fail('no number on the page');
    return { id, browser, page, number, path: `/login/${id}` };
  };
  const requestOn = async (device: Device, id: string): Promise<PendingRequest> => {
    const listed = await device.pendingRequests();
    const request = listed.ok ? listed.value.find((each) => each.id === id) : undefined;
    return request ?? expect.fail('the phone shows nothing');
  };
  const approve = async (device: Device, { id, number }: { id: string; number: string }) => {
    const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
    expect(await device.answer(await requestOn(device, id), answer)).toEqual({ ok: true, value: 'approved' });
  };
  const refuse = async (device: Device, { id }: { id: string }) => {
    const answered = await device.answer(await requestOn(device, id), { decision: 'refuse' });
    expect(answered).toEqual({ ok: true, value: 'denied' });
  };
  const otherNumber = (number: string) => (number === '00' ? '01' : '00');

  describe('a login by phone', () => {
    it('goes from the identifier to the number, the phone, and back with a code and a proof', async () => {
      await start();
      const device = await world.phone();
      const browser = world.browser();
      const id = await world.openLogin({ loginHint: 'hinted' });

      const first = await browser.open(`/login/${id}`);
      expect(first.status).toBe(200);
      expect(first.text).toContain('Agenda médical');
      expect(first.text).toContain('value="hinted"');

      const waiting = await browser.submit(`/login/${id}/identify`, { identifier: world.camille.nationalId });
      const number = waiting.find('matching-number') ?? '';
      expect(number).toMatch(/^\d\d$/);
      expect(await world.stores.notified(id)).toEqual([device.id]);

      const request = await requestOn(device, id);
      expect(request).toMatchObject({
        application: 'Agenda médical',
        requestedFrom: 'Firefox sur Linux, adresse 192.0.2.1',
      });
      expect(JSON.stringify(request)).not.toContain(`"${number}"`);
      const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
      expect(await device.answer(request, answer)).toEqual({ ok: true, value: 'approved' });

      const back = await browser.open(`/login/${id}`);
      expect(back.status).toBe(303);
      const url = new URL(back.location ?? '');
      expect(url.origin + url.pathname).toBe(returnTo);
      const taken = await world.stores.approvals.take(id);
      const proof = taken.ok ? taken.value.proof : expect.fail('not approved');
      const payload = await world.providerIdentity.verify(approvalProofType, 'auth-broker', proof);
      const claims = approvalProofClaimsSchema.parse(payload);
      expect(claims).toMatchObject({
        sub: world.camille.nationalId,
        approval: id,
        client: 'agenda',
        means: 'ecps',
        acr: 'eidas1',
        instrument: device.id,
      });
      const code = url.searchParams.get('code') ?? '';
      expect(claims.browser).toBe(createHash('sha256').update(code).digest('base64url'));
      expect(claims.exp - claims.iat).toBeLessThanOrEqual(120);
    });

    it('with another identifier of the same person reaches the same phone', async () => {
      await start();
      const device = await world.phone();
      const browser = world.browser();
      const id = await world.openLogin();
      await browser.open(`/login/${id}`);
      await browser.submit(`/login/${id}/identify`, { identifier: world.camille.adeli });
      expect(await world.stores.notified(id)).toEqual([device.id]);
      await requestOn(device, id);
    });

    it('begins at once when the application may challenge from its hint', async () => {
      await start();
      const device = await world.phone();
      const hint = { loginHint: world.camille.nationalId, challengeFromHint: true };
      const id = await world.openLogin(hint);
      const browser = world.browser();
      const page = await browser.open(`/login/${id}`);
      expect(page.find('matching-number')).toMatch(/^\d\d$/);
      expect((await browser.open(`/login/${id}`)).find('matching-number')).toBe(page.find('matching-number'));
      await requestOn(device, id);

      const unreadable = await world.openLogin({ ...hint, loginHint: '?' });
      expect((await browser.open(`/login/${unreadable}`)).text).toContain('identifier-field');
    });

    it('a link alone does not make a phone ring: HEAD challenges nobody', async () => {
      await start();
      await world.phone();
      const id = await world.openLogin({ loginHint: world.camille.nationalId, challengeFromHint: true });
      expect((await world.app.inject({ method: 'HEAD', url: `/login/${id}` })).statusCode).toBe(404);
      expect((await world.stores.approvals.find(id))?.state).toBe('opened');
    });
  });

  describe('the identifier', () => {
    const identify = async (identifier: string) => {
      const browser = world.browser();
      const id = await world.openLogin();
      await browser.open(`/login/${id}`);
      return { id, page: await browser.submit(`/login/${id}/identify`, { identifier }) };
    };

    it('Unknown identifier shows the same page as a known one', async () => {
      await start();
      await world.phone();
      const known = await identify(world.camille.nationalId);
      const unknown = await identify(world.stranger.nationalId);
      const withoutItsOwn = (page: TestPage, id: string) =>
        page.text
          .replaceAll(id, 'ID')
          .replaceAll(`>${page.find('matching-number')}<`, '>NN<')
          .replaceAll(/Votre numéro : [^.]+\./g, '');
      expect(withoutItsOwn(unknown.page, unknown.id)).toBe(withoutItsOwn(known.page, known.id));
      expect(unknown.page.status).toBe(known.page.status);
      const decoys = await world.stores.notified(unknown.id);
      expect(decoys).toHaveLength(1);
      expect(await world.stores.devices.find(decoys[0] ?? '')).toBeUndefined();
    });

    it('a person without a phone is challenged all the same', async () => {
      await start();
      const { id, page } = await identify(world.camille.nationalId);
      expect(page.find('matching-number')).toMatch(/^\d\d$/);
      expect(await world.stores.notified(id)).toHaveLength(1);
    });

    it('identifier without its leading 8 offers the correction', async () => {
      await start();
      const { id, page } = await identify(world.camille.rpps);
      expect(page.status).toBe(422);
      expect(page.find('message')).toContain('Il manque le 8');
      expect(page.text).toContain(`name="identifier" value="${world.camille.nationalId}"`);
      expect(page.find('correction')).toContain(world.camille.nationalId);
      expect((await world.stores.approvals.find(id))?.state).toBe('opened');
    });

    it('malformed or missing is explained on the same page, which keeps what was typed', async () => {
      await start();
      const malformed = await identify('"><script>');
      expect(malformed.page.status).toBe(422);
      expect(malformed.page.find('message')).toContain('n’a pas la bonne forme');
      expect(malformed.page.text).not.toContain('"><script>');
      expect(malformed.page.text).toContain('value="&#34;&#62;&#60;script&#62;"');
      const missing = await identify('  ');
      expect(missing.page.find('message')).toBe('Saisissez votre identifiant national.');
    });

    it('cannot be checked while the directory is down: nothing is lost, and it works again afterwards', async () => {
      await start();
      await world.phone();
      const browser = world.browser();
      const id = await world.openLogin();
      await browser.open(`/login/${id}`);
      world.broken.add('directory');
      const down = await browser.submit(`/login/${id}/identify`, { identifier: world.camille.nationalId });
      expect(down.status).toBe(503);
      expect(down.find('message')).toContain('Rien n’est perdu');
      expect(down.text).toContain(`value="${world.camille.nationalId}"`);
      world.broken.delete('directory');
      const up = await browser.submit(`/login/${id}/identify`, { identifier: world.camille.nationalId });
      expect(up.find('matching-number')).toMatch(/^\d\d$/);
    });
  });

  describe('notifications', () => {
    it('that cannot be sent are said so, and the phone answers by opening the app', async () => {
      await start();
      const device = await world.phone();
      world.broken.add('queue');
      const { id, page, number } = await challenge();
      expect(page.find('message')).toContain('Nous n’avons pas pu prévenir votre téléphone');
      await approve(device, { id, number });
    });

    it('stop after so many without an answer, while the login can still be answered; an answer brings them back', async () => {
      await start({ NOTIFICATIONS_UNANSWERED: 2 });
      const device = await world.phone();
      const logins = [await challenge(), await challenge(), await challenge()];
      const told = await Promise.all(logins.map(({ id }) => world.stores.notified(id)));
      expect(told.map((each) => each.length)).toEqual([1, 1, 0]);
      const last = logins[2] ?? expect.fail();
      expect(last.page.find('message')).toBeUndefined();
      await refuse(device, last);
      expect(await world.stores.notified((await challenge()).id)).toHaveLength(1);
    });

    it('stay silent after a report: the attacker who was reported does not ring again', async () => {
      await start({ NOTIFICATIONS_UNANSWERED: 1 });
      const device = await world.phone();
      const { id } = await challenge();
      await device.answer(await requestOn(device, id), { decision: 'report' });
      expect(await world.stores.notified((await challenge()).id)).toHaveLength(0);
    });
  });

  describe('the phone', () => {
    it('a wrong number ends the approval', async () => {
      await start();
      const device = await world.phone();
      const { id, number, browser, path } = await challenge();
      const request = await requestOn(device, id);
      const { pin } = world.camille;
      const wrong = await device.answer(request, { decision: 'approve', number: otherNumber(number), pin });
      expect(wrong).toMatchObject({ ok: false, refusal: 'number_wrong' });
      const right = await device.answer(request, { decision: 'approve', number, pin });
      expect(right).toMatchObject({ ok: false, refusal: 'already_answered' });
      const page = await browser.open(path);
      expect(page.status).toBe(403);
      expect(page.text).toContain('Numéro erroné');
      expect(page.text).toContain(`href="${returnTo}"`);
      expect(page.text).toContain(`href="${returnTo}?cancel=1"`);
      expect(page.find('retry')).toBe('Réessayer');
    });

    it('a wrong PIN leaves the approval alone, and the right one then approves it', async () => {
      await start();
      const device = await world.phone();
      const { id, number } = await challenge();
      const request = await requestOn(device, id);
      const wrong = await device.answer(request, { decision: 'approve', number, pin: '0000' });
      expect(wrong).toMatchObject({ ok: false, refusal: 'pin_wrong', remainingTries: 2 });
      const none = await device.answer(request, { decision: 'approve', number });
      expect(none).toMatchObject({ ok: false, refusal: 'pin_missing' });
      const right = await device.answer(request, { decision: 'approve', number, pin: world.camille.pin });
      expect(right).toEqual({ ok: true, value: 'approved' });
    });

    it('a wrong PIN three times locks the device', async () => {
      await start();
      const device = await world.phone();
      const { id, number, browser, path } = await challenge();
      const request = await requestOn(device, id);
      const answers = [];
      for (const pin of ['0000', '0001', '0002', world.camille.pin])
        answers.push(await device.answer(request, { decision: 'approve', number, pin }));
      expect(answers).toMatchObject([
        { refusal: 'pin_wrong', remainingTries: 2 },
        { refusal: 'pin_wrong', remainingTries: 1 },
        { refusal: 'device_locked' },
        { refusal: 'device_locked' },
      ]);
      expect(await device.pendingRequests()).toMatchObject({ ok: false, refusal: 'device_locked' });
      expect((await browser.open(path)).text).toContain('Téléphone bloqué');
      const again = await challenge(world.browser());
      expect(await world.stores.notified(again.id)).not.toContain(device.id);
      const other = await world.phone();
      await requestOn(other, again.id);
    });

    it('wrong PINs sent all at once lock the device after three, and approve nothing', async () => {
      await start();
      const device = await world.phone();
      const { id, number } = await challenge();
      const request = await requestOn(device, id);
      const pins = Array.from({ length: 12 }, (_, i) => String(i).padStart(4, '0'));
      const answers = await Promise.all(
        pins.map((pin) => device.answer(request, { decision: 'approve', number, pin })),
      );
      const wrong = answers.filter((each) => !each.ok && each.refusal === 'pin_wrong');
      expect(wrong.length).toBeLessThanOrEqual(2);
      expect((await world.stores.devices.find(device.id ?? ''))?.state).toBe('locked');
      expect((await world.stores.approvals.find(id))?.state).toBe('denied');
    });

    it('refuses without a PIN', async () => {
      await start();
      const device = await world.phone();
      const { id, browser, path } = await challenge();
      await refuse(device, { id });
      expect((await browser.open(path)).text).toContain('Connexion refusée');
    });

    it('reports a fraud without a PIN, and the report is kept', async () => {
      await start();
      const device = await world.phone();
      const { id, browser, path } = await challenge();
      const reported = await device.answer(await requestOn(device, id), { decision: 'report' });
      expect(reported).toEqual({ ok: true, value: 'reported' });
      expect((await browser.open(path)).text).toContain('Connexion signalée');
      expect(await world.stores.fraudReports.find(id)).toMatchObject({
        nationalId: world.camille.nationalId,
        deviceId: device.id,
        clientId: 'agenda',
        requester: { ip: '192.0.2.1' },
      });
    });

    it('an answer signed by another key is refused', async () => {
      await start();
      const device = await world.phone();
      const { id, number } = await challenge();
      const request = await requestOn(device, id);
      const thief = world.phoneWith(await generateDeviceKeys(), device.id);
      const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
      const forged = await thief.answer(request, answer);
      expect(forged).toMatchObject({ ok: false, refusal: 'signature_invalid' });
      expect((await world.stores.approvals.find(id))?.state).toBe('challenged');

      // An unknown device is told the very same.
      const stranger = world.phoneWith(await generateDeviceKeys(), 'unknown-device-0001');
      expect(await stranger.answer(request, answer)).toEqual(forged);
      expect(await stranger.pendingRequests()).toEqual(await thief.pendingRequests());
    });

    it('that claims an identifier no database can hold is unknown like any other', async () => {
      await start();
      const keys = await generateDeviceKeys();
      const unknown = await world.phoneWith(keys, 'unknown-device-0001').pendingRequests();
      expect(unknown).toMatchObject({ ok: false, refusal: 'signature_invalid' });
      expect(await world.phoneWith(keys, 'unknown-device-\0').pendingRequests()).toEqual(unknown);
    });

    it('another professional’s phone neither sees nor answers the approval', async () => {
      await start();
      await world.phone();
      const stranger = await world.phone(world.stranger);
      const { id, number } = await challenge();
      expect(await stranger.pendingRequests()).toEqual({ ok: true, value: [] });
      const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
      const answered = await stranger.answer({ id, clientId: 'agenda' }, answer);
      expect(answered).toMatchObject({ ok: false, refusal: 'request_unknown' });
    });

    it('a signature names its approval and its application: it serves for no other', async () => {
      await start();
      const device = await world.phone();
      const { id, number } = await challenge();
      const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
      const otherApplication = await device.answer({ id, clientId: 'other' }, answer);
      expect(otherApplication).toMatchObject({ ok: false, refusal: 'signature_invalid' });

      const keys = await generateDeviceKeys();
      const enrolled = world.phoneWith(keys);
      await enrolled.register({
        ticket: await world.ticket(world.camille.nationalId),
        pin: world.camille.pin,
        name: 'Téléphone',
      });
      const other = await world.openLogin();
      const redirected = world.phoneSending(
        (fetch, url, init) => fetch(String(url).replace(other, id), init),
        keys,
        enrolled.id ?? '',
      );
      const otherApproval = await redirected.answer({ id: other, clientId: 'agenda' }, answer);
      expect(otherApproval).toMatchObject({ ok: false, refusal: 'signature_invalid' });
      expect((await world.stores.approvals.find(id))?.state).toBe('challenged');
    });

    it('a replayed answer is refused', async () => {
      await start();
      const keys = await generateDeviceKeys();
      const enrolled = world.phoneWith(keys);
      const ticket = await world.ticket(world.camille.nationalId);
      await enrolled.register({ ticket, pin: world.camille.pin, name: 'Téléphone' });
      const { id, number } = await challenge();
      let replay = () => Promise.resolve(Response.error());
      const device = world.phoneSending(
        (fetch, url, init) => {
          replay = () => fetch(url, init);
          return fetch(url, init);
        },
        keys,
        enrolled.id ?? '',
      );
      const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
      const request = { id, clientId: 'agenda' };
      expect(await device.answer(request, answer)).toEqual({ ok: true, value: 'approved' });
      const replayed = await replay();
      expect(replayed.status).toBe(409);
      expect(await replayed.json()).toMatchObject({ error: 'already_answered' });

      await device.pendingRequests();
      const relisted = await replay();
      expect(await relisted.json()).toMatchObject({ error: 'signature_replayed' });
      world.pass(61_000);
      expect(await (await replay()).json()).toMatchObject({ error: 'signature_invalid' });
    });

    it('an answer after expiry is refused', async () => {
      await start();
      const device = await world.phone();
      const { id, number, browser, path } = await challenge();
      const request = await requestOn(device, id);
      world.pass(120_001);
      expect(await device.pendingRequests()).toEqual({ ok: true, value: [] });
      const late = await device.answer(request, { decision: 'approve', number, pin: world.camille.pin });
      expect(late).toMatchObject({ ok: false, refusal: 'request_expired' });
      const page = await browser.open(path);
      expect(page.status).toBe(410);
      expect(page.text).toContain('Demande expirée');
    });

    it('two answers at once: one wins', async () => {
      await start();
      const [one, other] = [await world.phone(), await world.phone()];
      const { id, number } = await challenge();
      const request = await requestOn(one, id);
      const answers = await Promise.all([
        one.answer(request, { decision: 'approve', number, pin: world.camille.pin }),
        other.answer(request, { decision: 'refuse' }),
        one.answer(request, { decision: 'approve', number, pin: world.camille.pin }),
      ]);
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      for (const answer of answers)
        if (!answer.ok) expect(answer).toMatchObject({ refusal: 'already_answered' });
    });

    it('that calls too often is told to wait, and its owner’s other phone is not', async () => {
      await start({ DEVICE_CALLS_PER_MINUTE: 3 });
      const [device, other] = [await world.phone(), await world.phone()];
      const calls = [];
      for (let call = 0; call < 4; call++) calls.push(await device.pendingRequests());
      expect(calls.map(({ ok }) => ok)).toEqual([true, true, true, false]);
      expect(calls[3]).toMatchObject({ refusal: 'too_many_requests' });
      expect((await other.pendingRequests()).ok).toBe(true);
    });

    it('an address that calls too often is told to wait', async () => {
      await start({ DEVICE_CALLS_PER_ADDRESS_PER_MINUTE: 2 });
      const device = world.phoneWith(await generateDeviceKeys(), 'unknown-device-0001');
      const calls = [];
      for (let call = 0; call < 3; call++) calls.push(await device.pendingRequests());
      expect(calls.map((call) => !call.ok && call.refusal)).toEqual([
        'signature_invalid',
        'signature_invalid',
        'too_many_requests',
      ]);
    });
  });

  describe('activation', () => {
    it('works once per ticket, within its time, with a PIN of the right length', async () => {
      await start();
      const ticket = await world.ticket(world.camille.nationalId);
      const register = async (change = {}) => {
        const device = world.phoneWith(await generateDeviceKeys());
        return device.register({ ticket, pin: '1234', name: 'Téléphone', ...change });
      };
      expect(await register({ pin: '12345' })).toMatchObject({ refusal: 'malformed_request' });
      expect(await register({ name: '  ' })).toMatchObject({ refusal: 'malformed_request' });
      expect(await register({ name: 'Télé\0phone' })).toMatchObject({ refusal: 'malformed_request' });
      expect(await register({ ticket: 'unknown-ticket-0123456789' })).toMatchObject({
        refusal: 'ticket_invalid',
      });
      const attempts = await Promise.all(Array.from({ length: 5 }, () => register()));
      expect(attempts.filter(({ ok }) => ok)).toHaveLength(1);
      const late = await world.ticket(world.camille.nationalId);
      world.pass(901_000);
      expect(await register({ ticket: late })).toMatchObject({ refusal: 'ticket_invalid' });
    });

    it('tickets are for the enrolment desk, push subscriptions for the notification worker', async () => {
      await start();
      const tickets = '/internal/activation-tickets';
      const body = { nationalId: world.camille.nationalId };
      expect((await world.app.inject({ method: 'POST', url: tickets, payload: body })).statusCode).toBe(401);
      expect((await world.callAs('notification-worker', 'POST', tickets, body)).statusCode).toBe(403);
      expect((await world.callAs('enrolment-desk', 'POST', tickets, { nationalId: '?' })).statusCode).toBe(
        400,
      );

      const push = { endpoint: 'https://push.example/1', keys: { p256dh: 'cDI1NmRo', auth: 'YXV0aA' } };
      const ticket = await world.ticket(world.camille.nationalId);
      const device = world.phoneWith(await generateDeviceKeys());
      await device.register({ ticket, pin: '1234', name: 'Téléphone', push });
      const path = `/internal/devices/${device.id}/push-subscription`;
      expect((await world.callAs('enrolment-desk', 'GET', path)).statusCode).toBe(403);
      expect((await world.callAs('notification-worker', 'GET', path)).json()).toEqual(push);
      const unknown = '/internal/devices/unknown-device-0001/push-subscription';
      expect((await world.callAs('notification-worker', 'GET', unknown)).statusCode).toBe(404);
    });
  });

  describe('the browser', () => {
    it('two browsers on one approval handle', async () => {
      await start();
      const device = await world.phone();
      const { id, number, browser, path } = await challenge();
      const other = world.browser();
      for (const page of [
        await other.open(path),
        await other.submit(`${path}/identify`, { identifier: world.camille.nationalId }),
        await other.submit(`${path}/cancel`, {}),
      ]) {
        expect(page.status).toBe(403);
        expect(page.text).toContain('Connexion commencée ailleurs');
        expect(page.text).not.toContain('matching-number');
        expect(page.text).not.toContain(returnTo);
      }
      expect((await other.listen(`${path}/events`)).status).toBe(403);
      expect((await browser.open(path)).find('matching-number')).toBe(number);

      await approve(device, { id, number });
      expect((await other.open(path)).status).toBe(403);
      expect((await browser.open(path)).status).toBe(303);
    });

    it('two browsers that identify at once: one is challenged, the other is told', async () => {
      await start();
      await world.phone();
      const id = await world.openLogin();
      const browsers = [world.browser(), world.browser()];
      for (const browser of browsers) await browser.open(`/login/${id}`);
      const pages = await Promise.all(
        browsers.map((each) =>
          each.submit(`/login/${id}/identify`, { identifier: world.camille.nationalId }),
        ),
      );
      expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 403]);
      expect(await world.stores.notified(id)).toHaveLength(1);
    });

    it('back button and refresh', async () => {
      await start();
      const device = await world.phone();
      const { id, number, browser, path } = await challenge();
      // Refreshed, or the form sent again: the same number.
      expect((await browser.open(path)).find('matching-number')).toBe(number);
      const again = await browser.submit(`${path}/identify`, { identifier: world.camille.nationalId });
      expect(again.find('matching-number')).toBe(number);
      expect(await world.stores.notified(id)).toHaveLength(1);

      await approve(device, { id, number });
      const once = await browser.open(path);
      expect((await browser.open(path)).location).toBe(once.location);
      await world.stores.approvals.take(id);
      const back = await browser.open(path);
      expect(back.status).toBe(410);
      expect(back.text).toContain('Connexion déjà faite');
      expect(back.find('back-to-application')).toBe('Revenir à Agenda médical');
    });

    it('cookies off', async () => {
      await start();
      const browser = world.browser({ cookies: false });
      const id = await world.openLogin();
      expect((await browser.open(`/login/${id}`)).status).toBe(200);
      const page = await browser.submit(`/login/${id}/identify`, { identifier: world.camille.nationalId });
      expect(page.status).toBe(400);
      expect(page.text).toContain('Cookies refusés');
      expect(page.text).toContain(`href="/login/${id}"`);
      expect((await world.stores.approvals.find(id))?.state).toBe('opened');
    });

    it('gives up: the application hears of it, and the phone shows nothing any more', async () => {
      await start();
      const device = await world.phone();
      const { browser, path } = await challenge();
      const cancelled = await browser.submit(`${path}/cancel`, {});
      expect(cancelled).toMatchObject({ status: 303, location: `${returnTo}?cancel=1` });
      expect(await device.pendingRequests()).toEqual({ ok: true, value: [] });
      expect((await browser.submit(`${path}/cancel`, {})).text).toContain('Demande expirée');

      const mistaken = await challenge();
      const retried = await mistaken.browser.submit(`${mistaken.path}/cancel`, { next: 'retry' });
      expect(retried).toMatchObject({ status: 303, location: returnTo });
    });

    it('an unknown, forgotten or malformed login, and a CIBA request, have no page', async () => {
      await start();
      const ciba = await world.openLogin({ channel: 'ciba', returnTo: '' });
      for (const id of ['unknown', 'a%20b', 'a%2Fb', ciba]) {
        const page = await world.browser().open(`/login/${id}`);
        expect([id, page.status]).toEqual([id, 404]);
        expect(page.text).toContain('Connexion introuvable');
      }
      const forgotten = await challenge();
      world.pass(120_000 + 300_001);
      expect((await forgotten.browser.open(forgotten.path)).status).toBe(404);
    });

    it('a form posted by another site is refused', async () => {
      await start();
      const browser = world.browser();
      const id = await world.openLogin();
      await browser.open(`/login/${id}`);
      const identifier = world.camille.nationalId;
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ]) {
        const page = await browser.submit(`/login/${id}/identify`, { identifier }, headers);
        expect(page.status).toBe(403);
      }
      expect((await world.stores.approvals.find(id))?.state).toBe('opened');
      const own = await browser.submit(
        `/login/${id}/identify`,
        { identifier },
        { 'sec-fetch-site': 'same-origin' },
      );
      expect(own.status).toBe(200);
    });

    it('gets pages that nothing can be added to, framed in, or kept', async () => {
      await start();
      const { page, browser } = await challenge();
      const policy = String(page.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      const scripts = [...page.text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
      expect(scripts).toHaveLength(1);
      const [script = ''] = scripts;
      expect(policy).toContain(
        `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}';`,
      );
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.headers['referrer-policy']).toBe('same-origin');
      expect(page.text).not.toMatch(/\son\w+=|style="|src="|url\(/);
      const cookie = String(
        (await world.browser().open(`/login/${await world.openLogin()}`)).headers['set-cookie'],
      );
      expect(cookie).toMatch(/^__Host-psc_login=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(browser.cookie).toMatch(/^__Host-psc_login=/);
    });

    it('over plain http, as on a developer’s machine, the cookie needs no https', async () => {
      await start({ WALLET_URL: 'http://localhost:3001' });
      const page = await world.browser().open(`/login/${await world.openLogin()}`);
      expect(String(page.headers['set-cookie'])).toMatch(
        /^psc_login=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
      );
    });
  });

  describe('a page that waits', () => {
    it('hears of the decision at once', async () => {
      await start();
      const device = await world.phone();
      const { id, number, browser, path } = await challenge();
      const { events } = await browser.listen(`${path}/events`);
      const heard = events[Symbol.asyncIterator]();
      expect((await heard.next()).value).toBe('challenged');
      await approve(device, { id, number });
      expect((await heard.next()).value).toBe('approved');
      expect((await heard.next()).done).toBe(true);
    });

    it('that comes after the decision hears of it too', async () => {
      await start();
      const device = await world.phone();
      const { id, browser, path } = await challenge();
      await refuse(device, { id });
      const heard = [];
      for await (const state of (await browser.listen(`${path}/events`)).events) heard.push(state);
      expect(heard).toEqual(['denied']);
    });

    it('is one of a few for one login, and of so many for the process', async () => {
      await start({ WAITING_PAGES: 5 });
      await world.phone();
      const [one, other] = [await challenge(), await challenge()];
      const statuses = [];
      for (const { browser, path } of [one, one, one, one, one, other, other])
        statuses.push((await browser.listen(`${path}/events`)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 503, 200, 503]);
    });

    it('ends when the process stops', async () => {
      await start();
      await world.phone();
      const { browser, path } = await challenge();
      const { events } = await browser.listen(`${path}/events`);
      const heard = events[Symbol.asyncIterator]();
      await heard.next();
      await world.app.close();
      expect((await heard.next()).done).toBe(true);
    });
  });

  describe('the wallet', () => {
    it('hands the authorization request on to oidc-provider as it came', async () => {
      await start();
      const query =
        '?client_id=a&scope=openid%20scope_all+x&acr_values=eidas1&state=%C3%A9%2F&redirect_uri=https%3A%2F%2Fa';
      const page = await world.browser().open(`/auth${query}`);
      expect(page).toMatchObject({ status: 302, location: `https://auth.example/auth${query}` });
      expect((await world.browser().open('/auth')).location).toBe('https://auth.example/auth');
    });

    it('has a posted authorization request posted again over there, so that no address holds it', async () => {
      await start();
      const page = await world.browser().submit('/auth', { client_id: 'a', login_hint: '899700000013' });
      expect(page).toMatchObject({ status: 307, location: 'https://auth.example/auth' });
    });

    it('says so when it cannot answer, to a person and to a phone, and that they may try again', async () => {
      await start();
      const device = await world.phone();
      const { browser, path, id } = await challenge();
      const find = vi.spyOn(world.stores.approvals, 'find');
      const outage = new Unavailable('redis_unavailable', 'unplugged');
      find.mockRejectedValueOnce(outage);
      const page = await browser.open(path);
      expect(page.status).toBe(503);
      expect(page.find('message')).toContain('Réessayez dans quelques instants');
      expect(page.text).toContain(`href="${path}" data-testid="retry"`);
      find.mockRejectedValueOnce(outage);
      const answered = await device.answer({ id, clientId: 'agenda' }, { decision: 'refuse' });
      expect(answered).toMatchObject({ ok: false, refusal: 'temporarily_unavailable' });
      find.mockRestore();
      await refuse(device, { id });
    });

    it('has a home and says what becomes of personal data', async () => {
      await start();
      const browser = world.browser();
      expect((await browser.open('/')).text).toContain('Pro Santé Connect');
      expect((await browser.open('/')).text).toContain('href="https://auth.example/account"');
      expect(await browser.open('/login-page')).toMatchObject({
        status: 302,
        location: 'https://auth.example/account',
      });
      expect((await browser.open('/donnees-personnelles')).text).toContain('CNIL');
      expect(browser.cookie).toBe('');
    });
  });
}
