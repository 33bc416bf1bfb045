import { describe, expect, it } from 'vitest';
import { isAllowedHost, parseAllowedHost } from './allowed-hosts.ts';

const allowed = (entry: string, url: string) => {
  const host = parseAllowedHost(entry);
  if (!host) throw new Error(`${entry} is no entry`);
  return isAllowedHost([host], new URL(url));
};

describe('the list of hosts that may be called', () => {
  it('allows a host over https, at its usual port', () => {
    expect(allowed('app.example', 'https://app.example/logout')).toBe(true);
    expect(allowed('app.example', 'https://app.example:443/logout')).toBe(true);
    expect(allowed('https://app.example', 'https://app.example/logout')).toBe(true);

    expect(allowed('app.example', 'http://app.example/logout')).toBe(false);
    expect(allowed('app.example', 'https://app.example:8443/logout')).toBe(false);
    expect(allowed('app.example', 'https://other.app.example/logout')).toBe(false);
  });

  it('allows the port that it names, or any with a star', () => {
    expect(allowed('app.example:8443', 'https://app.example:8443/')).toBe(true);
    expect(allowed('app.example:8443', 'https://app.example/')).toBe(false);
    expect(allowed('app.example:*', 'https://app.example:8443/')).toBe(true);
    expect(allowed('app.example:*', 'https://app.example/')).toBe(true);
    expect(allowed('[2606:4700::1111]:8443', 'https://[2606:4700::1111]:8443/')).toBe(true);
  });

  it('allows plain http only to an entry that says so', () => {
    expect(allowed('http://localhost:3005', 'http://localhost:3005/push/abc')).toBe(true);
    expect(allowed('http://localhost:*', 'http://localhost:5173/')).toBe(true);

    expect(allowed('http://localhost:3005', 'http://localhost:6379/')).toBe(false);
    expect(allowed('http://localhost:3005', 'https://localhost:3005/')).toBe(false);
    expect(allowed('*', 'http://app.example/')).toBe(false);
  });

  it('allows the names below one with a star, not the name itself nor its look-alikes', () => {
    expect(allowed('*.windows.example', 'https://par02p.windows.example/w/?token=a')).toBe(true);
    expect(allowed('*.windows.example:8443', 'https://a.b.windows.example:8443/')).toBe(true);

    expect(allowed('*.windows.example', 'https://windows.example/w')).toBe(false);
    expect(allowed('*.windows.example', 'https://evilwindows.example/w')).toBe(false);
    expect(allowed('*.windows.example', 'https://a.windows.example.evil.example/w')).toBe(false);
  });

  it('allows any host and any port over https with a star alone', () => {
    expect(allowed('*', 'https://app.example/')).toBe(true);
    expect(allowed('*', 'https://app.example:8443/')).toBe(true);
  });

  it.each([
    'https://app.example.evil.example/abc',
    'https://evil.example/https://app.example',
    'https://evil.example#https://app.example',
    'https://evil.example?https://app.example',
    'https://app.example./abc',
  ])('is not fooled by %s', (url) => {
    expect(allowed('app.example', url)).toBe(false);
  });

  it.each([
    '',
    'https://',
    'http://*',
    '**',
    '*.com',
    '*.10.0.0.1',
    'http://*.app.example',
    'app.example/path',
    'user@app.example',
    'ftp://app.example',
    'app.example:999999',
    'APP.example',
    'app_example',
  ])('has no entry %j', (entry) => {
    expect(parseAllowedHost(entry)).toBeUndefined();
  });
});
