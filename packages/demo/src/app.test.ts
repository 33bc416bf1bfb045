import { AuthorizationResponseError } from 'openid-client';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import type { Login, Provider, Session } from './provider.ts';

const config = readConfig({
  ISSUER: 'http://localhost:3000/auth/realms/esante-wallet',
  CLIENT_ID: 'sandbox-web',
  CLIENT_SECRET: 'sandbox-secret',
  PORT: '4000',
  BASE_URL: 'http://localhost:4000',
});
const session: Session = {
  idToken: 'the.id.token',
  idTokenClaims: { sub: 'f:1:899700000013' },
  userInfo: { given_name: 'CAMILLE', family_name: '<script>' },
};

/** The application before a provider that says yes, and one browser. */
function open(answers: Partial<Provider> = {}) {
  const time = { now: 0 };
  const finished: Login[] = [];
  let made = 0;
  const provider: Provider = {
    beginLogin: async (hint) => {
      made += 1;
      const login = { state: `state-${made}`, nonce: `nonce-${made}`, codeVerifier: `verifier-${made}` };
      return { url: new URL(`https://wallet.example.test/auth?hint=${hint ?? ''}`), login };
    },
    finishLogin: async (login) => {
      finished.push(login);
      return session;
    },
    logoutUrl: async () => new URL('https://auth.example.test/logout'),
    ...answers,
  };
  const app = createApp({ config, provider, clock: () => time.now });
  const openBrowser = () => {
    let cookie = '';
    return {
      get cookie() {
        return cookie;
      },
      async go(url: string, method: 'GET' | 'POST' = 'GET') {
        const answer = await app.inject({ method, url, headers: cookie ? { cookie } : {} });
        const given = answer.cookies.find(({ name }) => name === 'demo');
        if (given) cookie = given.value ? `demo=${given.value}` : '';
        return answer;
      },
    };
  };
  return { time, finished, openBrowser, browser: openBrowser() };
}

describe('a login', () => {
  it('leaves for the provider, comes back, and shows what was received, escaped', async () => {
    const { browser, finished } = open();
    const left = await browser.go('/login?login_hint=899700000013');
    expect([left.statusCode, left.headers.location]).toEqual([
      303,
      'https://wallet.example.test/auth?hint=899700000013',
    ]);
    const back = await browser.go('/callback?code=c&state=state-1');
    expect([back.statusCode, back.headers.location]).toEqual([303, '/']);
    expect(finished).toEqual([
      { browser: expect.any(String), state: 'state-1', nonce: 'nonce-1', codeVerifier: 'verifier-1' },
    ]);
    const page = await browser.go('/');
    expect(page.body).toContain('Bonjour CAMILLE &#60;script&#62;');
    expect(page.body).toContain('f:1:899700000013');
    expect(page.body).not.toContain('<script>');
  });

  it('cannot be finished by another browser', async () => {
    const { browser, openBrowser, finished } = open();
    const victim = openBrowser();
    await browser.go('/login');
    const answer = await victim.go('/callback?code=c&state=state-1');
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('unknown_state');
    expect(finished).toEqual([]);
  });

  it('cannot be finished twice, nor after fifteen minutes', async () => {
    const { browser, time } = open();
    await browser.go('/login');
    await browser.go('/login');
    await browser.go('/callback?code=c&state=state-1');
    expect((await browser.go('/callback?code=c&state=state-1')).statusCode).toBe(400);
    time.now = 15 * 60_000;
    expect((await browser.go('/callback?code=c&state=state-2')).statusCode).toBe(400);
  });

  it('gives the session a new name, so that a planted cookie is worth nothing', async () => {
    const { browser } = open();
    await browser.go('/login');
    const before = browser.cookie;
    await browser.go('/callback?code=c&state=state-1');
    expect(before).toMatch(/^demo=.{43}$/);
    expect(browser.cookie).toMatch(/^demo=.{43}$/);
    expect(browser.cookie).not.toBe(before);
  });

  it('says in French why it failed, with the OAuth error, escaped', async () => {
    const refused = new AuthorizationResponseError('refused', {
      cause: new URLSearchParams({ error: 'access_denied', error_description: '<b>no</b>' }),
    });
    const { browser } = open({ finishLogin: () => Promise.reject(refused) });
    await browser.go('/login');
    const page = await browser.go('/callback?error=access_denied&state=state-1');
    expect(page.statusCode).toBe(400);
    expect(page.body).toContain('refusée, annulée');
    expect(page.body).toContain('<code>access_denied</code>');
    expect(page.body).toContain('&#60;b&#62;no&#60;/b&#62;');
  });

  it('says that the provider does not answer', async () => {
    const { browser } = open({ beginLogin: () => Promise.reject(new TypeError('fetch failed')) });
    const page = await browser.go('/login');
    expect(page.statusCode).toBe(503);
    expect(page.body).toContain('ne répond pas');
  });
});

describe('logging out', () => {
  it('ends the session here, then at the provider', async () => {
    const { browser } = open();
    await browser.go('/login');
    await browser.go('/callback?code=c&state=state-1');
    const kept = browser.cookie;
    const left = await browser.go('/logout', 'POST');
    expect([left.statusCode, left.headers.location]).toEqual([303, 'https://auth.example.test/logout']);
    expect(browser.cookie).toBe('');
    expect(kept).not.toBe('');
    expect((await browser.go('/')).body).toContain('Pro Santé Connect</strong>');
  });

  it('stays here when nobody was logged in', async () => {
    const { browser } = open();
    expect((await browser.go('/logout', 'POST')).headers.location).toBe('/');
  });

  it('cannot be caused by a link of another site', async () => {
    const { browser } = open();
    expect((await browser.go('/logout')).statusCode).toBe(404);
  });
});

it('lets the browser run no script and be framed by nobody', async () => {
  const { browser } = open();
  const { headers } = await browser.go('/');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'self';.*frame-ancestors 'none'/,
  );
});

it('does not start on an incomplete configuration, and names all that is missing', () => {
  expect(() =>
    readConfig({ ISSUER: 'nowhere', PORT: '0', CLIENT_ID: 'a', BASE_URL: 'http://a' }),
  ).toThrowError('ISSUER is no URL, CLIENT_SECRET is missing');
});
