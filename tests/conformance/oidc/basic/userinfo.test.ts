import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, it } from 'vitest';
import { CAMILLE, SUBJECT } from '../../wire.ts';
import {
  codeFlowPlans,
  insecure,
  openRelyingParty,
  type RelyingParty,
  type Tokens,
} from '../relying-party.ts';

describe.each(codeFlowPlans)('%s: UserInfo and claims', (_plan, responseMode) => {
  let rp: RelyingParty;
  let tokens: Tokens;

  beforeAll(async () => {
    rp = await openRelyingParty({ responseMode });
    ({ tokens } = await rp.logIn());
  });

  it('oidcc-userinfo-get: by GET, with the token in the header', async () => {
    const response = await oauth.userInfoRequest(rp.server, rp.client, tokens.access_token, insecure);
    expect(response.headers.get('content-type')).toMatch(/^application\/json(;|$)/);
    const claims = await oauth.processUserInfoResponse(rp.server, rp.client, tokens.claims.sub, response);
    expect(claims).toMatchObject({ sub: SUBJECT, preferred_username: CAMILLE });
  });

  it('oidcc-userinfo-post-header: by POST, with the token in the header', async () => {
    const endpoint = new URL(rp.server.userinfo_endpoint ?? '');
    const response = await oauth.protectedResourceRequest(
      tokens.access_token,
      'POST',
      endpoint,
      new Headers(),
      null,
      insecure,
    );
    const claims = await oauth.processUserInfoResponse(rp.server, rp.client, tokens.claims.sub, response);
    expect(claims.sub).toBe(SUBJECT);
  });

  it('oidcc-userinfo-post-body: by POST, with the token in the body', async () => {
    const { status, json } = await rp.wire.post('userinfo', { access_token: tokens.access_token });
    expect([status, json.sub]).toEqual([200, SUBJECT]);
  });

  // PSC gives neither e-mail, address nor telephone of a person: the suite takes note of it with a warning.
  it.each([
    ['oidcc-scope-profile', 'openid profile', { given_name: 'CAMILLE', family_name: 'LAMBDA' }],
    ['oidcc-scope-email', 'openid email', {}],
    ['oidcc-scope-address', 'openid address', {}],
    ['oidcc-scope-phone', 'openid phone', {}],
    ['oidcc-scope-all', 'openid profile email address phone', {}],
  ])('%s: is granted, and nothing is invented', async (_module, scope, claims) => {
    const { tokens: given } = await rp.logIn({ scope });
    expect(given.scope?.split(' ').sort()).toEqual(scope.split(' ').sort());
    const userInfo = await rp.userInfo(given);
    expect(userInfo).toMatchObject({ sub: SUBJECT, ...claims });
    for (const absent of ['email', 'email_verified', 'address', 'phone_number', 'name'])
      expect(userInfo).not.toHaveProperty(absent);
  });

  it('oidcc-claims-essential: a claim that PSC does not have is left out, and the login goes on', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { tokens: given } = await rp.logIn({ claims });
    expect(await rp.userInfo(given)).not.toHaveProperty('name');
    expect(given.claims).not.toHaveProperty('name');
  });
});
