/**
 * Which push services may be called. A device chooses the endpoint it is pushed at: without this list, whoever enrols a
 * phone makes us call any address of our network (SSRF).
 */
export interface PushOrigin {
  readonly scheme: 'https' | 'http';
  readonly host: string;
  /** `*.` in front: any name below `host`, not `host` itself. */
  readonly anyBelow: boolean;
  readonly port: string;
}

/** The push services of the browsers: Chrome and others, Firefox, Safari, Edge. */
export const browserPushOrigins =
  'https://fcm.googleapis.com,https://updates.push.services.mozilla.com,https://web.push.apple.com,https://*.notify.windows.com';

/**
 * One entry of the list: `https://host`, `https://*.host`, with a port or not; `http://host:port` only in full, for a
 * push service of one's own network. Undefined when it is none of these.
 */
export function parsePushOrigin(text: string): PushOrigin | undefined {
  const [, scheme, wildcard, host, port] =
    /^(https?):\/\/(\*\.)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/.exec(text) ?? [];
  if ((scheme !== 'https' && scheme !== 'http') || host === undefined) return undefined;
  const anyBelow = wildcard !== undefined;
  // Below a top-level domain or an address there is no push service: it would be everybody.
  if (anyBelow && (scheme === 'http' || !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z-]{2,}$/.test(host)))
    return undefined;
  const url = URL.parse(`${scheme}://${host}${port === undefined ? '' : `:${port}`}`);
  return url ? { scheme, host: url.hostname, anyBelow, port: url.port } : undefined;
}

/** The entry that allows this endpoint; undefined when none does. */
export function findPushOrigin(origins: readonly PushOrigin[], endpoint: URL): PushOrigin | undefined {
  // A push endpoint has no user: `https://fcm.googleapis.com@evil` is not allowed by its looks.
  if (endpoint.username !== '' || endpoint.password !== '') return undefined;
  return origins.find(
    ({ scheme, host, anyBelow, port }) =>
      endpoint.protocol === `${scheme}:` &&
      endpoint.port === port &&
      (anyBelow ? endpoint.hostname.endsWith(`.${host}`) : endpoint.hostname === host),
  );
}
