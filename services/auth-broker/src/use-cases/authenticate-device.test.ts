import { deviceJwsTypes } from '@psc/contracts';
import { generateDeviceKeys } from '@psc/ecps-device';
import { createMemoryQuotas } from '@psc/quotas';
import { exportJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createJoseDeviceSignatures } from '#src/adapters/device-signatures.jose.ts';
import { createAuthenticateDevice } from './authenticate-device.ts';

const audience = 'https://wallet.example';
const called = { method: 'GET', url: `${audience}/device/v1/requests` };
const now = Date.UTC(2026, 10, 21);
const clock = () => now;

async function prepare() {
  const keys = await generateDeviceKeys();
  const { x = '', y = '' } = await exportJWK(keys.publicKey);
  const device = {
    id: 'device-0123456789',
    nationalId: '899700000012',
    state: 'active',
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
  } as const;
  const authenticate = createAuthenticateDevice({
    devices: { find: async (id) => (id === device.id ? device : undefined) },
    signatures: createJoseDeviceSignatures(audience),
    quotas: createMemoryQuotas(clock),
    confirmSilence: async () => {
      throw new Error('called unexpectedly');
    },
    callsPerMinute: 10,
    clock,
  });
  const sign = (change: object = {}) =>
    new SignJWT({
      htm: called.method,
      htu: called.url,
      jti: crypto.randomUUID(),
      aud: audience,
      iat: now / 1000,
      ...change,
    })
      .setProtectedHeader({ alg: 'ES256', typ: deviceJwsTypes.request, kid: device.id })
      .sign(keys.privateKey);
  return { device, authenticate, sign };
}

describe('a device’s request', () => {
  it('is for one method and one address', async () => {
    const { device, authenticate, sign } = await prepare();
    expect(await authenticate.request(await sign(), called)).toEqual({ ok: true, value: device });
    for (const change of [{ htm: 'POST' }, { htu: `${audience}/device/v1/devices` }]) {
      const refused = await authenticate.request(await sign(change), called);
      expect(refused).toEqual({ ok: false, refusal: 'signature_invalid' });
    }
  });

  it('serves once, of ten times at once too', async () => {
    const { authenticate, sign } = await prepare();
    const jws = await sign();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => authenticate.request(jws, called)));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    for (const outcome of outcomes) if (!outcome.ok) expect(outcome.refusal).toBe('signature_replayed');
  });
});
