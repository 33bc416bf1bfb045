const browsers = [
  ['Edge', /\bEdg(?:A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const;

const systems = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const;

/**
 * Who asks, in words that a person may recognise as their own screen: "Firefox sur Windows, adresse 192.0.2.1". By CIBA it
 * is a server of the application: its address is all there is to say.
 */
export function describeRequester({
  channel,
  requester,
}: {
  readonly channel: 'browser' | 'ciba';
  readonly requester: { readonly ip: string; readonly userAgent: string };
}): string {
  if (channel === 'ciba') return `Logiciel, adresse ${requester.ip}`;
  const browser = nameOf(browsers, requester.userAgent) ?? 'Navigateur inconnu';
  const system = nameOf(systems, requester.userAgent);
  return `${browser}${system ? ` sur ${system}` : ''}, adresse ${requester.ip}`;
}

/** The first that matches: browsers claim to be their elders as well. */
function nameOf(names: readonly (readonly [string, RegExp])[], userAgent: string): string | undefined {
  return names.find(([, pattern]) => pattern.test(userAgent))?.[0];
}
