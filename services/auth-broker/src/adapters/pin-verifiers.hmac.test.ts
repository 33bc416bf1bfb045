import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHmacPinVerifiers } from './pin-verifiers.hmac.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

describe('a PIN verifier', () => {
  it('depends on the PIN, the device and the key', () => {
    const pins = createHmacPinVerifiers(key('k1'));
    const [verifier] = pins.of('device', '1234');
    expect(pins.of('device', '1234')).toEqual([verifier]);
    const others = [
      pins.of('device', '1235'),
      pins.of('other', '1234'),
      createHmacPinVerifiers(key('k1')).of('device', '1234'),
    ];
    for (const [other] of others) expect(other).not.toBe(verifier);
    expect(verifier).not.toContain('1234');
  });

  it('rotates: a new first key makes the verifiers, the old one is still accepted', () => {
    const [old, next] = [key('old'), key('next')];
    const [verifier] = createHmacPinVerifiers(old).of('device', '1234');
    const [current, ...accepted] = createHmacPinVerifiers(`${next},${old}`).of('device', '1234');
    expect(current).toMatch(/^next\./);
    expect(accepted).toEqual([verifier]);
  });

  it('refuses keys of the wrong shape without quoting them', () => {
    const secret = randomBytes(16).toString('base64');
    for (const wrong of ['', 'k1', `k1:${secret}`, `${key('k1')},k2:${secret}`]) {
      expect(() => createHmacPinVerifiers(wrong)).toThrowError(/PIN key/);
      expect(() => createHmacPinVerifiers(wrong)).not.toThrowError(secret);
    }
    expect(() => createHmacPinVerifiers(`${key('k1')},${key('k1')}`)).toThrowError(/same id/);
  });
});
