import { createHttpBrowser, type HttpBrowser } from '@psc/testing';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { bearer, type Credentials, openWire, type Tokens, type Wire } from '../wire.ts';

/**
 * A Keycloak that brokers to Pro Santé Connect by the Agency's own extension: addresses written in its configuration and
 * no discovery, two registered addresses, the key set read once, an ID token without `acr` refused as insufficient.
 */
const BROKER = 'https://keycloak.example/realms/hopital/broker/psc/endpoint';
const NURSE = '899700000039';
const NONCE = 'A1'.repeat(32);
/** `<code>.<tab>.<client>`: Keycloak's own, with characters that others would not put in a state. */
const STATE = 'Zr4-x_k9VnQ1sT0aWbCdEf.h7Gq2LmN8oI.c2FudGUtd2Vi~account';

describe('the Keycloak broker extension', () => {
  let wire: Wire;
  let broker: Credentials;
  let keys: JSONWebKeySet;
  let browser: HttpBrowser;
  let tokens: Tokens;

  const authorizationUrl = () =>
    `${wire.walletUrl}/auth?${new URLSearchParams({
      scope: 'openid scope_all',
      state: STATE,
      response_type: 'code',
      client_id: broker.clientId,
      redirect_uri: BROKER,
      acr_values: 'eidas1',
      nonce: NONCE,
    })}`;
  const secret = () => ({ client_id: broker.clientId, client_secret: broker.clientSecret });

  beforeAll(async () => {
    wire = openWire();
    broker = await wire.register({
      client_name: 'Keycloak de l’hôpital',
      redirect_uris: [BROKER],
      post_logout_redirect_uris: [`${BROKER}/logout_response`],
    });
    keys = (await wire.call(wire.endpoint('certs'))).json;
    browser = createHttpBrowser();
  });

  it('gets its code at the wallet, with its state as it was', async () => {
    const callback = await wire.goThrough(authorizationUrl(), {
      callback: BROKER,
      nationalId: NURSE,
      browser,
    });
    expect(callback.searchParams.get('state')).toBe(STATE);
    const redeemed = await wire.post('token', {
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: BROKER,
      grant_type: 'authorization_code',
      ...secret(),
    });
    expect(redeemed.status).toBe(200);
    tokens = redeemed.json;
  });

  it('believes the ID token: a key it has, its issuer, its audience, its nonce, and eidas1', async () => {
    const { payload, protectedHeader } = await jwtVerify(tokens.id_token, createLocalJWKSet(keys), {
      issuer: wire.issuer,
      audience: broker.clientId,
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ nonce: NONCE, acr: 'eidas1', azp: broker.clientId, typ: 'ID' });
  });

  it('reads UserInfo by its exact content type, names with accents and all, and makes a user of it', async () => {
    const { status, headers, json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(status).toBe(200);
    expect(headers.get('content-type')?.split(';')[0]).toBe('application/json');
    expect(json).toMatchObject({
      sub: expect.stringContaining(NURSE),
      preferred_username: NURSE,
      given_name: 'Zoé',
      family_name: 'LEFÈVRE',
      SubjectRole: ['60^1.2.250.1.213.1.1.5.5'],
    });
    expect(json.SubjectRefPro.exercices[0].nomDexercice).toBe("L'HERMITTE");
  });

  it.each(['RS256', 'ES256'])(
    'reads UserInfo that is a JWT signed by %s, and an ID token too',
    async (alg) => {
      const signed = await wire.register({
        redirect_uris: [BROKER],
        id_token_signed_response_alg: alg,
        userinfo_signed_response_alg: alg,
      });
      const url = new URL(authorizationUrl());
      url.searchParams.set('client_id', signed.clientId);
      const callback = await wire.goThrough(url.href, { callback: BROKER, nationalId: NURSE, browser });
      const code = callback.searchParams.get('code') ?? '';
      const form = { code, redirect_uri: BROKER, grant_type: 'authorization_code' };
      const { json } = await wire.post('token', form, signed);
      const userInfo = await wire.call(wire.endpoint('userinfo'), bearer(json.access_token));
      expect(userInfo.headers.get('content-type')?.split(';')[0]).toBe('application/jwt');
      for (const token of [json.id_token, userInfo.text]) {
        const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
          issuer: wire.issuer,
          audience: signed.clientId,
        });
        expect([protectedHeader.alg, payload.family_name]).toEqual([alg, 'LEFÈVRE']);
      }
    },
  );

  it('renews the tokens that it keeps for its applications', async () => {
    const renewed = await wire.post('token', {
      refresh_token: tokens.refresh_token,
      grant_type: 'refresh_token',
      ...secret(),
    });
    expect(renewed.json).toMatchObject({ token_type: 'Bearer', expires_in: 120, refresh_expires_in: 1800 });
    tokens = { ...tokens, ...renewed.json };
  });

  it('logs out of both: back at its second address with its session in the state, and asked for the identifier next time', async () => {
    const session = '5f0d2c1e-7b8a-4c3d-9e6f-1a2b3c4d5e6f';
    const leaving = new URLSearchParams({
      state: session,
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: `${BROKER}/logout_response`,
    });
    const left = await browser.open(`${wire.endpoint('logout')}?${leaving}`, { stopAt: BROKER });
    expect(left.url).toBe(`${BROKER}/logout_response?state=${session}`);
    const next = await browser.open(authorizationUrl(), { stopAt: BROKER });
    expect(next.text).toContain('data-testid="identifier-field"');
  });
});
