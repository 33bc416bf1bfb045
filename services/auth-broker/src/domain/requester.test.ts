import { expect, it } from 'vitest';
import { describeRequester } from './requester.ts';

it.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    'Edge sur Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'Safari sur macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1',
    'Chrome sur iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    'Chrome sur Android',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox sur Linux'],
  ['curl/8.0', 'Navigateur inconnu'],
  ['', 'Navigateur inconnu'],
])('%s is %s', (userAgent, described) => {
  const requester = { ip: '192.0.2.1', userAgent };
  expect(describeRequester({ channel: 'browser', requester })).toBe(`${described}, adresse 192.0.2.1`);
});

it('a server that asks by CIBA is no browser', () => {
  const requester = { ip: '192.0.2.1', userAgent: 'Java/21' };
  expect(describeRequester({ channel: 'ciba', requester })).toBe('Logiciel, adresse 192.0.2.1');
});
