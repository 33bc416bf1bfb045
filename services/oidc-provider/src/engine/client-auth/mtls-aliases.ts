/** In the order of Pro Santé Connect's document. */
const aliased = [
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'device_authorization_endpoint',
  'registration_endpoint',
  'userinfo_endpoint',
  'pushed_authorization_request_endpoint',
  'backchannel_authentication_endpoint',
];

/**
 * Where applications with a certificate find these endpoints (RFC 8705 §5): at the listener that asks for it, or, as at Pro
 * Santé Connect, where everybody else does. Of the endpoints that the document names, whichever those are.
 */
export function mtlsAliases(
  document: Readonly<Record<string, unknown>>,
  issuer: string,
  mtlsUrl: string | undefined,
): Readonly<Record<string, string>> {
  const { origin } = new URL(issuer);
  return Object.fromEntries(
    aliased
      .map((name) => [name, document[name]] as const)
      .filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string')
      .map(([name, url]) => [name, mtlsUrl === undefined ? url : mtlsUrl + url.slice(origin.length)]),
  );
}
