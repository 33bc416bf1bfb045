import { describe, expect, it } from 'vitest';
import { browserPushOrigins, findPushOrigin, parsePushOrigin } from './push-origins.ts';

const allowed = (entry: string, endpoint: string) => {
  const origin = parsePushOrigin(entry);
  if (!origin) throw new Error(`${entry} is no entry`);
  return findPushOrigin([origin], new URL(endpoint)) !== undefined;
};

describe('the list of push services', () => {
  it('allows an origin in full: scheme, host, port', () => {
    expect(allowed('https://push.example', 'https://push.example/wpush/v2/abc')).toBe(true);
    expect(allowed('https://push.example', 'https://push.example:443/abc')).toBe(true);
    expect(allowed('http://localhost:3005', 'http://localhost:3005/push/abc')).toBe(true);

    expect(allowed('https://push.example', 'http://push.example/abc')).toBe(false);
    expect(allowed('https://push.example', 'https://push.example:8443/abc')).toBe(false);
    expect(allowed('https://push.example', 'https://other.push.example/abc')).toBe(false);
    expect(allowed('http://localhost:3005', 'http://localhost:6379/abc')).toBe(false);
  });

  it('allows the names below one with a star, not the name itself nor its look-alikes', () => {
    expect(allowed('https://*.notify.windows.com', 'https://par02p.notify.windows.com/w/?token=a')).toBe(
      true,
    );
    expect(allowed('https://*.notify.windows.com', 'https://notify.windows.com/w')).toBe(false);
    expect(allowed('https://*.notify.windows.com', 'https://evilnotify.windows.com/w')).toBe(false);
    expect(allowed('https://*.notify.windows.com', 'https://a.notify.windows.com.evil.example/w')).toBe(
      false,
    );
  });

  it.each([
    'https://push.example@evil.example/abc',
    'https://user:secret@push.example/abc',
    'https://push.example.evil.example/abc',
    'https://evil.example/https://push.example',
    'https://evil.example#https://push.example',
    'https://evil.example?https://push.example',
    'https://push.example./abc',
  ])('is not fooled by %s', (endpoint) => {
    expect(allowed('https://push.example', endpoint)).toBe(false);
  });

  it.each([
    '',
    '*',
    'push.example',
    'https://',
    'https://*',
    'https://*.com',
    'https://*.10.0.0.1',
    'http://*.push.example',
    'https://push.example/path',
    'https://user@push.example',
    'ftp://push.example',
    'https://push.example:999999',
  ])('has no entry %j', (entry) => {
    expect(parsePushOrigin(entry)).toBeUndefined();
  });

  it('holds the push services of the browsers by default', () => {
    const origins = browserPushOrigins.split(',').map(parsePushOrigin);
    expect(origins).toHaveLength(4);
    expect(origins).not.toContain(undefined);
  });
});
