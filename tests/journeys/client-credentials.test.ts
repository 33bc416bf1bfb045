import {
  createCertificateFetch,
  createHttpBrowser,
  createRelyingParty,
  type RelyingParty,
  waitForCallback,
} from '@psc/testing';
import { decodeJwt, importJWK, type JWK } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

const CAMILLE = '899700000013';
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.sandbox.setPhone(CAMILLE, 'approve');
});
afterAll(() => stage[Symbol.asyncDispose]());

interface Client {
  readonly client_id: string;
  readonly private_jwk?: JWK;
  readonly certificate?: string;
  readonly certificate_key?: string;
  readonly server_ca?: string;
}

/** What the control API gives of an application, the way a developer asks for it. */
async function credentialsOf(clientId: string): Promise<Client> {
  const answer = await fetch(`${inject('cluster').sandboxUrl}/clients`);
  const clients: Client[] = JSON.parse(await answer.text());
  const client = clients.find((each) => each.client_id === clientId);
  if (!client) throw new Error(`no ${clientId}`);
  return client;
}

async function logIn(application: RelyingParty) {
  const login = await application.begin({ login_hint: CAMILLE });
  return login.finish(await waitForCallback(createHttpBrowser(), login.url, application.redirectUri));
}

describe('an application of the sandbox', () => {
  it('logs in with its certificate, to which its tokens are bound', async () => {
    const {
      certificate = '',
      certificate_key: key = '',
      server_ca = '',
    } = await credentialsOf('sandbox-mtls');
    const application = await createRelyingParty({
      issuer: stage.issuer,
      clientId: 'sandbox-mtls',
      clientSecret: '',
      authentication: openid.TlsClientAuth(),
      metadata: { use_mtls_endpoint_aliases: true },
      fetch: createCertificateFetch({ certificate, key }, server_ca),
    });
    const { userInfo, tokens } = await logIn(application);
    expect(userInfo.SubjectNameID).toBe(CAMILLE);
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ 'x5t#S256': expect.any(String) });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const stolen = await fetch(`${stage.issuer}/protocol/openid-connect/userinfo`, { headers });
    expect(stolen.status).toBe(401);
    expect(await application.refresh(tokens.refresh_token ?? '')).toHaveProperty('access_token');
  });

  it('asks by CIBA with its certificate', async () => {
    const {
      certificate = '',
      certificate_key: key = '',
      server_ca = '',
    } = await credentialsOf('sandbox-mtls');
    const configuration = await openid.discovery(
      new URL(stage.issuer),
      'sandbox-mtls',
      { use_mtls_endpoint_aliases: true },
      openid.TlsClientAuth(),
      { execute: [openid.allowInsecureRequests] },
    );
    const withCertificate = createCertificateFetch({ certificate, key }, server_ca);
    configuration[openid.customFetch] = (url, options) => withCertificate(url, options as RequestInit);
    const asked = await openid.initiateBackchannelAuthentication(configuration, {
      scope: 'openid scope_all',
      login_hint: CAMILLE,
      binding_message: '42',
      acr_values: 'eidas1',
      channel: 'MOBILE',
    });
    const tokens = await openid.pollBackchannelAuthenticationGrant(configuration, asked);
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ 'x5t#S256': expect.any(String) });
    expect(tokens.claims()?.SubjectNameID).toBe(CAMILLE);
  });

  it('logs in with its key', async () => {
    const { private_jwk: jwk = { kty: 'EC' } } = await credentialsOf('sandbox-jwt');
    const key = await importJWK(jwk, 'ES256');
    if (key instanceof Uint8Array) throw new Error('no key pair');
    const application = await createRelyingParty({
      issuer: stage.issuer,
      clientId: 'sandbox-jwt',
      clientSecret: '',
      authentication: openid.PrivateKeyJwt({ key, kid: jwk.kid ?? '' }),
    });
    expect((await logIn(application)).userInfo.SubjectNameID).toBe(CAMILLE);
  });
});
