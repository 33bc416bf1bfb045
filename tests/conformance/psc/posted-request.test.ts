import { createHttpBrowser, waitForCallback } from '@psc/testing';
import { expect, it } from 'vitest';
import { CALLBACK, CAMILLE, openWire, sandboxWeb } from '../wire.ts';

const wire = openWire();

/** OpenID Connect Core §3.1.2.1: GET and POST. What should not stand in an address is posted. */
it.each([
  ['the wallet', () => `${wire.walletUrl}/auth`],
  ['the issuer', () => wire.endpoint('auth')],
])(
  'an authorization request may be posted to %s, and no address holds what it says',
  async (_where, endpoint) => {
    await wire.sandbox.setPhone(CAMILLE, 'approve');
    const browser = createHttpBrowser();
    const request = Object.fromEntries(
      new URL(wire.authorizationUrl({ login_hint: CAMILLE, state: 'posté' })).searchParams,
    );
    const page = await browser.submit(endpoint(), request, { stopAt: CALLBACK });
    expect(page.url).not.toContain(CAMILLE);
    expect(page.url).not.toContain('login_hint');
    const callback = new URL(await waitForCallback(browser, page.url, CALLBACK));
    expect(callback.searchParams.get('state')).toBe('posté');
    const redeemed = await wire.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: CALLBACK,
      },
      sandboxWeb,
    );
    expect(redeemed.status).toBe(200);
  },
);
