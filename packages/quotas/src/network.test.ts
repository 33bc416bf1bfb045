import { describe, expect, it } from 'vitest';
import { networkOf } from './network.ts';

describe('what a rate limit counts by', () => {
  it('is an IPv4 address, however it is written', () => {
    expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('::FFFF:192.0.2.1')).toBe('192.0.2.1');
  });

  it.each([
    '2001:db8:1:2::1',
    '2001:db8:1:2:ffff:ffff:ffff:ffff',
    '2001:0DB8:0001:0002::',
    '2001:db8:1:2:0:0:0:1',
    '2001:db8:1:2::1%eth0',
  ])('is the /64 network of %s', (address) => {
    expect(networkOf(address)).toBe('2001:db8:1:2::/64');
  });

  it('keeps networks apart', () => {
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'));
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(networkOf('fe80::1')).not.toBe(networkOf('fe81::1'));
  });
});
