/**
 * What a rate limit counts by: an IPv4 address, or the /64 network of an IPv6 one. Whoever has one IPv6 address has 2^64
 * of them, and would never reach a limit counted by address. An IPv4 address written in IPv6 is the same caller.
 */
export function networkOf(address: string): string {
  const plain = address.toLowerCase().replace(/%.*$/, '');
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain) ?? [];
  if (mapped !== undefined) return mapped;
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const omitted = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: omitted }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Each without its leading zeros, so that one network has one name. */
function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
}
