import { createHttpBrowser } from '@psc/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, openWire, readJwt, type Tokens, type Wire } from '../wire.ts';

/**
 * A box between a hospital's images and the shared medical record (DMP), in Java: it dereferences every claim of all three
 * tokens, so that one that is missing ends the login, compares the nonce in two of them, and posts for UserInfo.
 */
const CALLBACK = 'http://localhost:4200/api-conso/auth/redirect';
const LOCUM = '899700000104';
const NONCE = '0f8fad5b-d9cb-469f-a165-70867728950e';
const STATE = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

describe('the DMP box', () => {
  let wire: Wire;
  let box: Credentials;
  let tokens: Tokens;
  const browser = createHttpBrowser();

  beforeAll(async () => {
    wire = openWire();
    box = await wire.register({ redirect_uris: [CALLBACK] });
  });

  it('gets its code from an address that is not encoded', async () => {
    const url = `${wire.walletUrl}/auth?response_type=code&client_id=${box.clientId}&redirect_uri=${CALLBACK}&scope=openid scope_all&acr_values=eidas1&state=${STATE}&nonce=${NONCE}`;
    const callback = await wire.goThrough(url, { callback: CALLBACK, nationalId: LOCUM, browser });
    expect(callback.searchParams.get('state')).toBe(STATE);
    const redeemed = await wire.post('token', {
      grant_type: 'authorization_code',
      redirect_uri: CALLBACK,
      client_id: box.clientId,
      client_secret: box.clientSecret,
      code: callback.searchParams.get('code') ?? '',
    });
    expect(redeemed.status).toBe(200);
    tokens = redeemed.json;
  });

  it('reads every claim of the three tokens, and its nonce in two', () => {
    const common = {
      exp: expect.any(Number),
      iat: expect.any(Number),
      jti: expect.any(String),
      iss: wire.issuer,
      sub: expect.any(String),
      azp: box.clientId,
      nonce: NONCE,
      session_state: expect.any(String),
      sid: expect.any(String),
    };
    expect(readJwt(tokens.access_token).claims).toMatchObject({
      ...common,
      typ: 'Bearer',
      auth_time: expect.any(Number),
      acr: 'eidas1',
      preferred_username: LOCUM,
      scope: expect.any(String),
    });
    expect(readJwt(tokens.id_token).claims).toMatchObject({
      ...common,
      typ: 'ID',
      auth_time: expect.any(Number),
      aud: box.clientId,
      at_hash: expect.any(String),
      family_name: 'ITINERANT',
    });
    expect(readJwt(tokens.refresh_token).claims).toMatchObject({
      ...common,
      typ: 'Refresh',
      aud: wire.issuer,
      scope: expect.any(String),
    });
  });

  it('introspects the access token before it uses it', async () => {
    const { json } = await wire.post('token/introspect', { token: tokens.access_token }, box);
    expect(json.active).toBe(true);
  });

  it('posts for UserInfo without a body, and finds the place of work that the software named', async () => {
    const { status, json } = await wire.call(wire.endpoint('userinfo'), {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(status).toBe(200);
    const activities: Activity[] = json.SubjectRefPro.exercices[0].activities;
    expect(activities).toHaveLength(5);
    const chosen = activities.find((each) => each.ancienIdentifiantDeLaStructure === '10B0270102');
    expect(chosen).toMatchObject({ raisonSocialeSite: 'CLINIQUE EST', codeSecteurDactivite: 'SA01' });
  });

  it('sends the browser to log out with the ID token alone, and it stays on a page that says so', async () => {
    const page = await browser.open(`${wire.endpoint('logout')}?id_token_hint=${tokens.id_token}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Votre session est fermée');
    const { json } = await wire.post('token/introspect', { token: tokens.access_token }, box);
    expect(json).toEqual({ active: false });
  });
});

interface Activity {
  readonly ancienIdentifiantDeLaStructure: string;
  readonly raisonSocialeSite: string;
  readonly codeSecteurDactivite: string;
}
