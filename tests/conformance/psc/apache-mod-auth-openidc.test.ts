import { createHash, randomBytes } from 'node:crypto';
import { createHttpBrowser } from '@psc/testing';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { basic, bearer, type Credentials, openWire, type Tokens, type Wire } from '../wire.ts';

/**
 * Apache with mod_auth_openidc, as the Agency's own proof of concept sets it up: discovery at the wallet's path, the
 * authorization endpoint written besides (`OIDCProviderAuthorizationEndpoint`), PKCE although it has a secret, and
 * `acr_values` by `OIDCAuthRequestParams`.
 */
const CALLBACK = 'https://damenligne.example/secure/psc/redirect';
const MIDWIFE = '899700000047';

describe('Apache mod_auth_openidc', () => {
  let wire: Wire;
  let application: Credentials;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of JSON, it asserts.
  let discovery: any;
  let tokens: Tokens;
  const [state, nonce, verifier] = [20, 32, 48].map((bytes) => randomBytes(bytes).toString('base64url'));

  beforeAll(async () => {
    wire = openWire();
    application = await wire.register({ redirect_uris: [CALLBACK] });
    discovery = (await wire.call(`${wire.issuer}/.well-known/wallet-openid-configuration`)).json;
  });

  it('gets a code for its challenge at the endpoint of its configuration, from the issuer that it expects', async () => {
    const override = `${wire.walletUrl}/auth`;
    const url = `${override}?${new URLSearchParams({
      response_type: 'code',
      scope: 'openid scope_all',
      client_id: application.clientId,
      state: state ?? '',
      redirect_uri: CALLBACK,
      nonce: nonce ?? '',
      code_challenge: createHash('sha256')
        .update(verifier ?? '')
        .digest('base64url'),
      code_challenge_method: 'S256',
      acr_values: 'eidas1',
    })}`;
    const browser = createHttpBrowser();
    const callback = await wire.goThrough(url, { callback: CALLBACK, nationalId: MIDWIFE, browser });
    expect(callback.searchParams.get('iss')).toBe(discovery.issuer);
    const redeemed = await wire.call(discovery.token_endpoint, {
      method: 'POST',
      headers: { authorization: basic(application) },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: CALLBACK,
        code_verifier: verifier ?? '',
        // Its guard against mixed-up providers.
        state: state ?? '',
      }),
    });
    expect(redeemed.status).toBe(200);
    tokens = redeemed.json;
  });

  it('validates the ID token by the key set of the discovery', async () => {
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
    const { payload } = await jwtVerify(tokens.id_token, keys, {
      issuer: discovery.issuer,
      audience: application.clientId,
    });
    expect(payload).toMatchObject({ nonce, azp: application.clientId });
  });

  it('passes the claims of UserInfo on as headers, if they are of whom the ID token names', async () => {
    const { json } = await wire.call(discovery.userinfo_endpoint, bearer(tokens.access_token));
    expect(json).toMatchObject({ SubjectNameID: MIDWIFE, given_name: 'MARIE', family_name: 'DUCHEMIN' });
  });
});
