import { describe, expect, it } from 'vitest';
import { createCookieSigner } from './cookie-signer.ts';

const [old, next] = ['o'.repeat(32), 'n'.repeat(32)];

describe('the signature of a cookie', () => {
  it('is verified with the key that made it, for that cookie only', () => {
    const signer = createCookieSigner([old]);
    const signature = signer.sign('psc_session=a');
    expect(signer.verify('psc_session=a', signature)).toBe(true);
    expect(signer.verify('psc_session=b', signature)).toBe(false);
    expect(createCookieSigner([next]).verify('psc_session=a', signature)).toBe(false);
  });

  it('is refused when it is cut, lengthened or changed', () => {
    const signer = createCookieSigner([old]);
    const signature = signer.sign('psc_session=a');
    const changed = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    for (const forged of ['', 'x', signature.slice(0, -2), `${signature}AAAA`, changed]) {
      expect(signer.verify('psc_session=a', forged)).toBe(false);
    }
  });

  it('of a former key is still good, and known as such', () => {
    const signature = createCookieSigner([old]).sign('psc_session=a');
    const rotated = createCookieSigner([next, old]);
    expect(rotated.index('psc_session=a', signature)).toBe(1);
    expect(rotated.index('psc_session=a', rotated.sign('psc_session=a'))).toBe(0);
    expect(rotated.index('psc_session=b', signature)).toBe(-1);
  });
});
