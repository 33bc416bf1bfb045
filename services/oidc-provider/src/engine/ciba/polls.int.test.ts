import { grantTypes } from '@psc/contracts';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cibaApplication } from '#src/testing/applications.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { type CibaClient, createCibaClient, findApproval, pending } from '#src/testing/ciba.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from '../endpoints.ts';

const { nationalId } = camilleLambda;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let world: World;
let software: CibaClient;
beforeAll(async () => {
  // Wrong secrets are tried here more often than they may be.
  world = await openWorld({ CLIENT_FAILURES: 1_000 }, 4);
  await world.saveApplication(cibaApplication({ clientId: 'logiciel' }));
  await world.saveApplication(cibaApplication({ clientId: 'autre', idTokenAlg: 'ES256', acr: 'eidas2' }));
  await world.saveApplication(cibaApplication({ clientId: 'sans-suite', grants: [grantTypes.ciba] }));
  await world.engine.refresh();
  software = createCibaClient(world, 'logiciel');
});
afterAll(() => world?.close());
beforeEach(() => {
  world.directory.down = false;
  world.people.set(nationalId, camilleLambda);
});

/** Asked and approved. */
async function approved(change = {}, by = software): Promise<string> {
  const authReqId = await by.askFor(change);
  await world.authBroker.approve(authReqId);
  return authReqId;
}

const refusal = (error: string, error_description: string) => [400, { error, error_description }];
const told = async (answer: ReturnType<CibaClient['poll']>) => {
  const { status, json } = await answer;
  return [status, json];
};

/** The library's way: the front leaves to it what is odd, such as a parameter that is there twice. */
const pollByTheLibrary = (authReqId: string, clientId = 'logiciel') => {
  const form = { grant_type: grantTypes.ciba, auth_req_id: authReqId, odd: '1' };
  const twice = `${new URLSearchParams(form)}&odd=2`;
  return world.call(endpoints.token, twice, { clientId });
};

describe('the tokens of a CIBA request', () => {
  it('are those of a login by browser, of a session of their own', async () => {
    const authReqId = await software.askFor({ nonce: 'nonce-1' });
    const authTime = Math.floor(Date.now() / 1000) - 40;
    await world.authBroker.approve(authReqId, { authTime });
    const { status, json, headers } = await software.poll(authReqId);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 120,
      refresh_expires_in: 1800,
      scope: 'openid scope_all',
      session_state: expect.stringMatching(UUID),
      'not-before-policy': 0,
    });
    const session = { session_state: json.session_state, sid: json.session_state };
    const login = {
      auth_time: authTime,
      acr: 'eidas1',
      authMode: 'MOBILE',
      azp: 'logiciel',
      nonce: 'nonce-1',
    };
    const idToken = decodeJwt(json.id_token);
    expect(idToken).toMatchObject({
      ...session,
      ...login,
      typ: 'ID',
      aud: 'logiciel',
      SubjectNameID: nationalId,
    });
    expect(decodeJwt(json.access_token)).toMatchObject({ ...session, ...login, typ: 'Bearer' });
    expect((await world.userInfo(json.access_token)).json).toMatchObject({
      SubjectNameID: nationalId,
      authMode: 'MOBILE',
    });
    const refreshed = await world.call(
      endpoints.token,
      { grant_type: grantTypes.refresh, refresh_token: json.refresh_token },
      { clientId: 'logiciel' },
    );
    expect(refreshed.json.session_state).toBe(json.session_state);
    expect(decodeJwt(refreshed.json.id_token)).toMatchObject({ auth_time: authTime, authMode: 'MOBILE' });
  });

  it('say that it was by card, with the level and the algorithm of the application', async () => {
    const other = createCibaClient(world, 'autre');
    const { json } = await other.poll(await approved({ channel: 'CARD' }, other));
    expect(decodeJwt(json.access_token)).toMatchObject({ authMode: 'CARD', acr: 'eidas2', nonce: '' });
    expect((await world.userInfo(json.access_token)).json.authMode).toBe('CARD');
  });

  it('cannot be refreshed by an application that may not, and name their session all the same', async () => {
    const other = createCibaClient(world, 'sans-suite');
    const { json } = await other.poll(await approved({}, other));
    expect(json.refresh_token).toBeUndefined();
    expect(json).toMatchObject({ session_state: expect.stringMatching(UUID), refresh_expires_in: 0 });
  });

  it('have a session each, which the professional sees among theirs', async () => {
    const sessions = [];
    for (let i = 0; i < 2; i++) sessions.push((await software.poll(await approved())).json.session_state);
    expect(new Set(sessions).size).toBe(2);
    const subject = `f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:${nationalId}`;
    const open = await world.store.sessions.of(subject);
    for (const sid of sessions)
      expect(open.find((each) => each.sid === sid)).toMatchObject({ means: 'ecps', clientIds: ['logiciel'] });
  });

  it('end with their session, and with no other', async () => {
    const [one, other] = [await software.poll(await approved()), await software.poll(await approved())];
    const session = await world.store.sessions.find(one.json.session_state);
    if (!session) throw new Error('no session');
    await world.store.sessions.end(session, { name: 'test', rememberedSeconds: 60, applications: 'any' });
    expect((await world.userInfo(one.json.access_token)).status).toBe(401);
    expect((await world.userInfo(other.json.access_token)).status).toBe(200);
  });
});

it('a server logs its professional out with the ID token alone, as the proxy of ANS does', async () => {
  const [one, other] = [await software.poll(await approved()), await software.poll(await approved())];
  const query = new URLSearchParams({ id_token_hint: one.json.id_token });
  const logout = await fetch(`${world.issuer}${endpoints.end_session}?${query}`);
  expect(logout.status).toBe(200);
  await logout.text();
  expect((await world.userInfo(one.json.access_token)).status).toBe(401);
  expect((await world.userInfo(other.json.access_token)).status).toBe(200);
});

describe.each([
  ['before the library', (authReqId: string) => software.poll(authReqId)],
  ['by the library', (authReqId: string) => pollByTheLibrary(authReqId)],
])('a poll that gets no tokens, answered %s', (_where, poll) => {
  it('is told to wait, and to slow down when it comes too soon', async () => {
    const authReqId = await software.askFor();
    expect(await told(poll(authReqId))).toEqual([400, pending]);
    expect(await told(poll(authReqId))).toEqual(refusal('slow_down', 'too early to access'));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await told(poll(authReqId))).toEqual([400, pending]);
  });

  it('is told that the professional did not agree, and not why', async () => {
    const [refused, reported] = [await software.askFor(), await software.askFor()];
    await world.authBroker.refuse(refused);
    await world.authBroker.report(reported);
    for (const authReqId of [refused, reported])
      expect(await told(poll(authReqId))).toEqual(refusal('access_denied', 'not authorized'));
  });

  it('is told that nobody answered in time', async () => {
    const authReqId = await software.askFor({ requested_expiry: '1' });
    await vi.waitFor(async () => expect((await findApproval(world, authReqId))?.state).toBe('expired'), {
      timeout: 3_000,
    });
    expect(await told(poll(authReqId))).toEqual(refusal('expired_token', 'authentication timed out'));
  });

  it('is told that the tokens were given already', async () => {
    const authReqId = await approved();
    const first = await poll(authReqId);
    expect(first.status).toBe(200);
    expect(await told(poll(authReqId))).toEqual(refusal('invalid_grant', 'Invalid auth_req_id'));
    expect((await world.userInfo(first.json.access_token)).status).toBe(200);
  });

  it('learns nothing of what is not its own', async () => {
    const other = createCibaClient(world, 'autre');
    const theirs = await approved({}, other);
    const approval = await findApproval(world, theirs);
    for (const authReqId of [theirs, approval?.id ?? '', 'x', 'x'.repeat(5_000), '\0', '../é'])
      expect(await told(poll(authReqId))).toEqual(refusal('invalid_grant', 'Invalid Auth Req ID'));
    expect((await other.poll(theirs)).status).toBe(200);
  });

  it('is told that the professional was struck off meanwhile', async () => {
    const authReqId = await approved();
    world.people.set(nationalId, { ...camilleLambda, status: 'inactive' });
    expect(await told(poll(authReqId))).toEqual(refusal('invalid_grant', 'User disabled'));
    expect((await findApproval(world, authReqId))?.state).toBe('approved');
  });

  it('has nothing of another person to whom the identifier leads meanwhile', async () => {
    const authReqId = await approved();
    world.people.set(nationalId, { ...camilleLambda, nationalId: '899700000088' });
    expect(await told(poll(authReqId))).toEqual(refusal('expired_token', 'authentication timed out'));
    expect((await findApproval(world, authReqId))?.state).toBe('approved');
  });

  it('costs no approval when the register does not answer', async () => {
    const authReqId = await approved();
    world.directory.down = true;
    const { status, json } = await poll(authReqId);
    expect([status, json.error]).toEqual([503, 'temporarily_unavailable']);
    world.directory.down = false;
    expect((await poll(authReqId)).status).toBe(200);
  });
});

describe('a poll that is wrong', () => {
  it('without an auth_req_id is told so', async () => {
    const answer = world.call(endpoints.token, { grant_type: grantTypes.ciba }, { clientId: 'logiciel' });
    expect(await told(answer)).toEqual(refusal('invalid_request', 'Missing parameter: auth_req_id'));
  });

  it('of an application that was not given CIBA is told so', async () => {
    const answer = createCibaClient(world, 'dossier').poll('x');
    expect(await told(answer)).toEqual(refusal('invalid_grant', 'Client not allowed OIDC CIBA Grant'));
  });

  it('with a wrong secret, in either place, learns nothing of the request, wherever it stands', async () => {
    const [waiting, refused] = [await software.askFor(), await software.askFor()];
    await world.authBroker.refuse(refused);
    const inHeader = { authorization: `Basic ${btoa('logiciel:wrong')}` };
    for (const authReqId of [waiting, refused, await approved()]) {
      const before = (await findApproval(world, authReqId))?.state;
      const form = { grant_type: grantTypes.ciba, auth_req_id: authReqId };
      const inBody = { ...form, client_id: 'logiciel', client_secret: 'wrong' };
      for (const answer of [
        await world.call(endpoints.token, form, { clientId: null, headers: inHeader }),
        await world.call(endpoints.token, inBody, { clientId: null }),
        await world.call(endpoints.token, { ...form, client_id: 'logiciel' }, { clientId: null }),
        await world.call(endpoints.token, form, { clientId: null }),
      ]) {
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(['invalid_client', 'invalid_request']).toContain(answer.json.error);
      }
      expect((await findApproval(world, authReqId))?.state).toBe(before);
    }
  });

  it('may show its secret in the body, and no other one in the header', async () => {
    const authReqId = await software.askFor();
    const { secret } = await world.saveApplication(cibaApplication({ clientId: 'logiciel' }));
    const form = { grant_type: grantTypes.ciba, auth_req_id: authReqId };
    const inBody = { ...form, client_id: 'logiciel', client_secret: secret };
    expect(await told(world.call(endpoints.token, inBody, { clientId: null }))).toEqual([400, pending]);
    const twoSecrets = { ...inBody, client_secret: 'another-secret' };
    const both = await world.call(endpoints.token, twoSecrets, { clientId: 'logiciel' });
    expect([both.status, both.json.error]).toEqual([400, 'invalid_request']);
    const another = await world.call(
      endpoints.token,
      { ...form, client_id: 'autre' },
      { clientId: 'logiciel' },
    );
    expect([another.status, another.json.error]).toEqual([400, 'invalid_request']);
  });

  it('of an application that is suspended gets nothing any more', async () => {
    await world.saveApplication(cibaApplication({ clientId: 'passagere' }));
    await world.engine.refresh();
    const passing = createCibaClient(world, 'passagere');
    const authReqId = await approved({}, passing);
    await world.saveApplication(cibaApplication({ clientId: 'passagere', status: 'suspended' }));
    await world.engine.refresh();
    const { status, json } = await passing.poll(authReqId);
    expect([status, json.error]).toEqual([401, 'invalid_client']);
  });
});

describe('an approval whose proof does not hold', () => {
  it.each([
    ['is signed by another', { forged: true }],
    ['is of another person', { nationalId: '899700000021' }],
    ['is of another means', { means: 'cps' as const }],
    ['is of another approval', { claims: { approval: 'another' } }],
    ['is for another application', { claims: { client: 'autre' } }],
    ['is bound to a browser', { claims: { browser: 'sha-256-of-a-return-code' } }],
  ])('gives no tokens, and is not taken: it %s', async (_what, wrong) => {
    world.people.set('899700000021', { ...camilleLambda, nationalId: '899700000021' });
    const authReqId = await software.askFor();
    await world.authBroker.approve(authReqId, wrong);
    expect(await told(software.poll(authReqId))).toEqual(refusal('access_denied', 'not authorized'));
    expect((await findApproval(world, authReqId))?.state).toBe('approved');
    world.people.delete('899700000021');
  });

  it('finishes no login of a browser when it was made for CIBA', async () => {
    const browser = world.browser();
    const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
      response_type: 'code',
      client_id: 'dossier',
      redirect_uri: callback,
      scope: 'openid scope_all',
    })}`;
    const id = await world.leave(browser, url);
    const back = await world.approve(id, { claims: { browser: undefined } });
    const page = await browser.open(back, { stopAt: callback });
    expect(page.status).toBe(403);
    expect(page.url.startsWith(callback)).toBe(false);
    expect((await world.approvals.find(id))?.state).toBe('approved');
  });
});

describe('many polls at once', () => {
  it('leave no session behind but the winner’s', async () => {
    const alone = '899700000039';
    world.people.set(alone, { ...camilleLambda, nationalId: alone });
    const authReqId = await approved({ login_hint: alone });
    await Promise.all(Array.from({ length: 8 }, () => software.poll(authReqId)));
    const open = await world.store.sessions.of(`f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:${alone}`);
    expect(open).toHaveLength(1);
  });
});

describe('what a poll costs', () => {
  it('is two round trips to Redis while nobody answered: the limits of the caller, then the approval and the pace', async () => {
    const authReqId = await software.askFor();
    const sent = vi.spyOn(world.redis, 'sendCommand');
    await software.poll(authReqId);
    const commands = sent.mock.calls.map(([command]) => command.name);
    sent.mockRestore();
    expect(commands).toEqual(['evalsha', 'hgetall', 'evalsha']);
  });
});
