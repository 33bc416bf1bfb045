/**
 * Which hosts may be called. Somebody else chose the address: without this list, whoever declares an application or
 * enrols a phone makes us call any address of our network (SSRF).
 */
export interface AllowedHost {
  readonly scheme: 'https' | 'http';
  /** undefined: any name or address. */
  readonly host: string | undefined;
  /** `*.` in front: any name below `host`, not `host` itself. */
  readonly anyBelow: boolean;
  /** As `URL.port` writes it: '' is the scheme's own. undefined: any. */
  readonly port: string | undefined;
}

const ANYWHERE: AllowedHost = { scheme: 'https', host: undefined, anyBelow: false, port: undefined };

/**
 * One entry of the list: `host`, `*.host`, and `*` for any host, over https. `:8443` after it is this port, `:*` any,
 * none the scheme's own (as in Content-Security-Policy). `https://` in front says the same; `http://host:port` is for a host
 * of one's own network, never with a star before its name. Undefined when it is none of these.
 */
export function parseAllowedHost(text: string): AllowedHost | undefined {
  if (text === '*' || text === 'https://*') return ANYWHERE;
  const [, scheme = 'https', wildcard, host, port] =
    /^(?:(https?):\/\/)?(\*\.)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}|\*))?$/.exec(text) ?? [];
  if ((scheme !== 'https' && scheme !== 'http') || host === undefined) return undefined;
  const anyBelow = wildcard !== undefined;
  // Below a top-level domain or an address there is no application of somebody: it would be everybody.
  if (anyBelow && (scheme === 'http' || !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z-]{2,}$/.test(host)))
    return undefined;
  const url = URL.parse(`${scheme}://${host}${port === undefined || port === '*' ? '' : `:${port}`}`);
  return url
    ? { scheme, host: url.hostname, anyBelow, port: port === '*' ? undefined : url.port }
    : undefined;
}

/** Whether one entry allows this address. */
export function isAllowedHost(entries: readonly AllowedHost[], url: URL): boolean {
  return entries.some(
    ({ scheme, host, anyBelow, port }) =>
      url.protocol === `${scheme}:` &&
      (port === undefined || url.port === port) &&
      (host === undefined || (anyBelow ? url.hostname.endsWith(`.${host}`) : url.hostname === host)),
  );
}
