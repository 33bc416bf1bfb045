import { createHash, randomBytes } from 'node:crypto';
import { createHttpBrowser, type WireCertificate } from '@psc/testing';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { thumbprint } from '../over-tls.ts';
import {
  basic,
  bearer,
  type Discovery,
  openWire,
  type Registered,
  readJwt,
  type Tokens,
  type Wire,
} from '../wire.ts';

/**
 * Apache with mod_auth_openidc, as the Agency's own proof of concept sets it up: discovery at the wallet's path, the
 * authorization endpoint written besides (`OIDCProviderAuthorizationEndpoint`), PKCE although it has a secret, and
 * `acr_values` by `OIDCAuthRequestParams`.
 */
const CALLBACK = 'https://damenligne.example/secure/psc/redirect';
const MIDWIFE = '899700000047';

describe('Apache mod_auth_openidc', () => {
  let wire: Wire;
  let application: Registered;
  let discovery: Discovery;
  let tokens: Tokens;
  const browser = createHttpBrowser();
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

  /** … with `OIDCClientTokenEndpointCert`: the certificate that the server shows wherever it redeems a code. */
  async function logInWith(certificate: WireCertificate, registered: Registered, proof: Proof) {
    const url = `${wire.walletUrl}/auth?${new URLSearchParams({
      response_type: 'code',
      scope: 'openid scope_all',
      client_id: registered.clientId,
      state: state ?? '',
      redirect_uri: CALLBACK,
      nonce: nonce ?? '',
      acr_values: 'eidas1',
    })}`;
    const callback = await wire.goThrough(url, { callback: CALLBACK, nationalId: MIDWIFE, browser });
    const { headers = {}, fields = {} } = proof;
    return wire.overTls('token', {
      certificate,
      headers,
      form: {
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: CALLBACK,
        ...fields,
      },
    });
  }

  it('proves who it is by its certificate alone, and its tokens are worth nothing without it', async () => {
    const trusted = await wire.register({
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_certificate_bound_access_tokens: true,
    });
    const fields = { client_id: trusted.clientId };
    const { status, json } = await logInWith(trusted.certificate, trusted, { fields });
    expect(status).toBe(200);
    const cnf = { 'x5t#S256': thumbprint(trusted.certificate) };
    expect(readJwt(json.access_token).claims.cnf).toEqual(cnf);

    const userInfo = (certificate?: WireCertificate) =>
      wire.overTls('userinfo', {
        method: 'GET',
        headers: { authorization: `Bearer ${json.access_token}` },
        ...(certificate ? { certificate } : {}),
      });
    expect((await userInfo(trusted.certificate)).json).toMatchObject({ SubjectNameID: MIDWIFE });
    const other = await wire.register({
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'tls_client_auth',
    });
    for (const without of [await userInfo(), await userInfo(other.certificate)])
      expect(without.status).toBe(401);

    const refreshing = { grant_type: 'refresh_token', refresh_token: json.refresh_token, ...fields };
    const stolen = await wire.overTls('token', { certificate: other.certificate, form: refreshing });
    expect([stolen.status, stolen.json.error]).toEqual([401, 'invalid_client']);
    const renewed = await wire.overTls('token', { certificate: trusted.certificate, form: refreshing });
    expect(readJwt(renewed.json.access_token).claims.cnf).toEqual(cnf);
  });

  it('may show a certificate beside its secret, as the proof of concept does', async () => {
    const { certificate } = await wire.register({
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'tls_client_auth',
    });
    const headers = { authorization: basic(application) };
    const { status, json } = await logInWith(certificate, application, { headers });
    expect(status).toBe(200);
    expect(readJwt(json.access_token).claims).not.toHaveProperty('cnf');
  });
});

interface Proof {
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}
