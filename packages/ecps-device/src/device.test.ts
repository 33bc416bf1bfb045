import {
  answerClaimsSchema,
  deviceJwsTypes,
  deviceRequestClaimsSchema,
  registrationClaimsSchema,
} from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import { decodeProtectedHeader, EmbeddedJWK, exportJWK, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDevice } from './device.ts';
import { type DeviceKeys, generateDeviceKeys } from './keys.ts';

const walletUrl = 'https://wallet.example/';
const now = Date.UTC(2026, 10, 21);
const deviceId = 'device-0123456789';
const verified = { audience: 'https://wallet.example', algorithms: ['ES256'], currentDate: new Date(now) };

let keys: DeviceKeys;
beforeAll(async () => {
  keys = await generateDeviceKeys();
});

/** A wallet that answers one thing, and keeps what it was sent. */
function wallet(status: number, answer: unknown) {
  const calls: { url: string; init: RequestInit; body: Record<string, string> }[] = [];
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    calls.push({ url: String(url), init, body: init.body ? JSON.parse(String(init.body)) : {} });
    return typeof answer === 'string' ? new Response(answer, { status }) : Response.json(answer, { status });
  };
  const last = () => calls.at(-1) ?? expect.fail('the wallet was not called');
  return { fetch, last };
}

const phone = (fetch: typeof globalThis.fetch, id: string | undefined = deviceId) =>
  createDevice({ walletUrl, keys, fetch, clock: () => now, ...(id ? { deviceId: id } : {}) });

describe('a device', () => {
  it('has a private key that nobody can read', async () => {
    expect(keys.privateKey.extractable).toBe(false);
    await expect(exportJWK(keys.privateKey)).rejects.toThrow();
  });

  it('registers with its public key, proving that it holds the private one', async () => {
    const { fetch, last } = wallet(201, { deviceId });
    const device = createDevice({ walletUrl, keys, fetch, clock: () => now });
    expect(device.id).toBeUndefined();
    const outcome = await device.register({ ticket: 'ticket-0123456789', pin: '1234', name: 'Téléphone' });
    expect(outcome).toEqual({ ok: true, value: { deviceId } });
    expect(device.id).toBe(deviceId);

    const { url, body } = last();
    expect(url).toBe('https://wallet.example/device/v1/devices');
    expect(body).toMatchObject({ pin: '1234', name: 'Téléphone' });
    const { payload, protectedHeader } = await jwtVerify(body.registration ?? '', EmbeddedJWK, verified);
    expect(protectedHeader).toMatchObject({ typ: deviceJwsTypes.registration, alg: 'ES256' });
    expect(registrationClaimsSchema.parse(payload).ticket).toBe('ticket-0123456789');
    expect(JSON.stringify(protectedHeader)).not.toContain('"d"');
  });

  it('signs each request for one method, one address and one use', async () => {
    const { fetch, last } = wallet(200, { requests: [] });
    const device = phone(fetch);
    const jtis = new Set<string>();
    for (let call = 0; call < 2; call++) {
      expect(await device.pendingRequests()).toEqual({ ok: true, value: [] });
      const jws = new Headers(last().init.headers).get('authorization')?.replace(/^Device /, '') ?? '';
      expect(decodeProtectedHeader(jws)).toMatchObject({ kid: deviceId, typ: deviceJwsTypes.request });
      const { payload } = await jwtVerify(jws, keys.publicKey, verified);
      const claims = deviceRequestClaimsSchema.parse(payload);
      expect(claims).toMatchObject({ htm: 'GET', htu: 'https://wallet.example/device/v1/requests' });
      jtis.add(claims.jti);
    }
    expect(jtis.size).toBe(2);
  });

  it('signs the approval, the application and the number that it answers; the PIN stays outside the signature', async () => {
    const { fetch, last } = wallet(200, { state: 'approved' });
    const request = { id: 'approval/1', clientId: 'app' };
    const outcome = await phone(fetch).answer(request, { decision: 'approve', number: '07', pin: '1234' });
    expect(outcome).toEqual({ ok: true, value: 'approved' });
    expect(last().url).toBe('https://wallet.example/device/v1/requests/approval%2F1/answer');
    expect(last().body.pin).toBe('1234');
    const { payload } = await jwtVerify(last().body.answer ?? '', keys.publicKey, verified);
    expect(answerClaimsSchema.parse(payload)).toEqual({
      approval: 'approval/1',
      client: 'app',
      number: '07',
      decision: 'approve',
      aud: 'https://wallet.example',
      iat: now / 1000,
    });
  });

  it('refuses without number nor PIN', async () => {
    const { fetch, last } = wallet(200, { state: 'denied' });
    await phone(fetch).answer({ id: 'a', clientId: 'app' }, { decision: 'refuse' });
    expect(Object.keys(last().body)).toEqual(['answer']);
    const { payload } = await jwtVerify(last().body.answer ?? '', keys.publicKey, verified);
    expect(answerClaimsSchema.parse(payload)).toMatchObject({ number: '', decision: 'refuse' });
  });

  it('hands back what the wallet refuses as a value', async () => {
    const { fetch } = wallet(403, { error: 'pin_wrong', message: 'Code erroné.', remainingTries: 2 });
    const outcome = await phone(fetch).answer({ id: 'a', clientId: 'app' }, { decision: 'approve' });
    expect(outcome).toEqual({ ok: false, refusal: 'pin_wrong', message: 'Code erroné.', remainingTries: 2 });
  });

  it('needs to be registered before it asks or answers', async () => {
    const { fetch } = wallet(500, {});
    const device = createDevice({ walletUrl, keys, fetch });
    expect(await device.pendingRequests()).toMatchObject({ ok: false, refusal: 'device_unknown' });
    const answered = await device.answer({ id: 'a', clientId: 'app' }, { decision: 'refuse' });
    expect(answered).toMatchObject({ ok: false, refusal: 'device_unknown' });
  });

  it('throws Unavailable when the network fails, or when something else than the wallet answers', async () => {
    const unplugged = () => Promise.reject(new TypeError('fetch failed'));
    await expect(phone(unplugged).pendingRequests()).rejects.toBeInstanceOf(Unavailable);
    for (const [status, answer] of [
      [502, '<html>Bad gateway</html>'],
      [200, { other: true }],
      [403, { error: 'not_in_the_list', message: '' }],
    ] as const) {
      await expect(phone(wallet(status, answer).fetch).pendingRequests()).rejects.toBeInstanceOf(Unavailable);
    }
  });
});
