import { BlockList, isIP } from 'node:net';

const ownNetwork = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  ownNetwork.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  ownNetwork.addSubnet(network, prefix, 'ipv6');

/** Names that no public DNS answers (RFC 6761, RFC 6762, RFC 9476 and ICANN's reserved `internal`). */
const RESERVED = /(^|\.)(localhost|local|test|example|invalid|internal|home\.arpa)$/;

/**
 * Whether professionals of flesh and blood could be sent to this issuer: https, on a host of the public Internet. A
 * sandbox there would approve logins in their name.
 */
export function isPublicIssuer(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== 'https:') return false;
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const version = isIP(host);
  if (version !== 0) return !ownNetwork.check(host, version === 4 ? 'ipv4' : 'ipv6');
  // A name of one label is a container or a host of this network.
  return host.includes('.') && !RESERVED.test(host);
}
