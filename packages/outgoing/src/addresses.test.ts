import { describe, expect, it } from 'vitest';
import { createAddressCheck, isPublicAddress, parseNetwork } from './addresses.ts';

describe('a public address', () => {
  it.each(['1.1.1.1', '93.184.216.34', '172.15.0.1', '192.169.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    'is %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ['this host', '0.0.0.0'],
    ['loopback', '127.0.0.1'],
    ['loopback, elsewhere', '127.8.8.8'],
    ['private', '10.1.2.3'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ["a provider's own", '100.64.0.1'],
    ['link-local, where clouds give out credentials', '169.254.169.254'],
    ['documentation', '203.0.113.7'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['loopback in IPv6', '::1'],
    ['unspecified in IPv6', '::'],
    ['IPv4 inside IPv6', '::ffff:127.0.0.1'],
    ['IPv4 inside IPv6', '::ffff:a9fe:a9fe'],
    ['IPv4 behind NAT64', '64:ff9b::a00:1'],
    ['IPv4 behind 6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:1::1'],
    ['local in IPv6', 'fd00::1'],
    ['link-local in IPv6', 'fe80::1'],
    ['link-local with its interface', 'fe80::1%eth0'],
    ['multicast in IPv6', 'ff02::1'],
    ['a name', 'localhost'],
    ['nothing', ''],
  ])('is not %s: %s', (_, address) => expect(isPublicAddress(address)).toBe(false));
});

describe('a network', () => {
  it.each(['10.20.0.0/16', '127.0.0.1', '0.0.0.0/0', 'fd00::/8', '::1'])('is %s', (text) => {
    expect(parseNetwork(text)).toBeDefined();
  });

  it.each(['', '10.20.0.0/33', '10.20/16', '10.20.0.0/', 'fd00::/129', 'localhost', '10.0.0.1-10.0.0.9'])(
    'is not %j',
    (text) => expect(parseNetwork(text)).toBeUndefined(),
  );

  it('makes its private addresses callable, and no other one', () => {
    const check = createAddressCheck(
      ['10.20.0.0/16', 'fd12::/16'].flatMap((text) => parseNetwork(text) ?? []),
    );
    const callable = (addresses: readonly string[]) => addresses.filter(check);
    expect(callable(['10.20.3.4', 'fd12::7', '1.1.1.1', '2606:4700:4700::1111'])).toHaveLength(4);
    expect(
      callable(['10.21.0.1', '127.0.0.1', 'fd13::1', '::1', '64:ff9b::a14:304', 'localhost', '']),
    ).toEqual([]);
  });
});
