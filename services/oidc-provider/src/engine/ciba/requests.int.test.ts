import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cibaApplication } from '#src/testing/applications.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { type CibaClient, createCibaClient, type Form, findApproval, formOf } from '#src/testing/ciba.ts';
import { openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from '../endpoints.ts';

const { nationalId } = camilleLambda;

let world: World;
let software: CibaClient;
beforeAll(async () => {
  world = await openWorld({ CIBA_INTERVAL_SECONDS: 2 }, 5);
  await world.saveApplication(cibaApplication({ clientId: 'logiciel', acr: 'eidas2' }));
  await world.saveApplication(cibaApplication({ clientId: 'de-carte' }, { channels: ['CARD'] }));
  await world.engine.refresh();
  software = createCibaClient(world, 'logiciel');
  // A register that forgives does not make us forgive.
  world.people.set('8 99700000013', camilleLambda);
  world.people.set(nationalId.slice(1), camilleLambda);
  world.people.set('800000000001', { ...camilleLambda, nationalId: '800000000001', status: 'inactive' });
});
afterAll(() => world?.close());
beforeEach(() => {
  world.authBroker.down = false;
  world.directory.down = false;
  world.authBroker.challenged.length = 0;
});

describe('a CIBA request', () => {
  it('is answered with what to poll with, how often and for how long', async () => {
    const { status, json, headers } = await software.ask();
    expect(status).toBe(200);
    expect(json).toEqual({ auth_req_id: expect.stringMatching(/^[\w-]{43}$/), expires_in: 120, interval: 2 });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('challenges the professional by the digest of its identifier, with the number of the application', async () => {
    const authReqId = await software.askFor({ binding_message: '42' });
    const approvalId = hash('sha256', authReqId, 'base64url');
    expect(world.authBroker.challenged).toEqual([
      { approvalId, nationalId, means: 'ecps', number: '42', seconds: 120 },
    ]);
    expect((await world.approvals.find(approvalId))?.request).toMatchObject({
      clientId: 'logiciel',
      clientName: 'Service logiciel',
      acr: 'eidas2',
      scope: 'openid scope_all',
      channel: 'ciba',
      returnTo: '',
      loginHint: '',
      ping: false,
    });
  });

  it('may ask for the card, for less time, and for what PSC does not know', async () => {
    const { json } = await software.ask({
      channel: 'CARD',
      requested_expiry: '30',
      acr_values: 'x',
      other: 'y',
    });
    expect(json.expires_in).toBe(30);
    expect(world.authBroker.challenged).toMatchObject([{ means: 'cps', seconds: 30 }]);
    expect((await software.ask({ requested_expiry: '3600' })).json.expires_in).toBe(120);
  });

  it('may bring an ID token of the professional in the place of their identifier, old as it may be', async () => {
    const first = await software.askFor();
    await world.authBroker.approve(first);
    const { id_token: hint } = (await software.poll(first)).json;
    world.authBroker.challenged.length = 0;
    expect((await software.ask({ login_hint: undefined, id_token_hint: hint })).status).toBe(200);
    expect(world.authBroker.challenged).toMatchObject([{ nationalId }]);
    const forged = `${hint.slice(0, -4)}AAAA`;
    expect(await software.ask({ login_hint: undefined, id_token_hint: forged })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
  });
});

describe('a request that is refused, in Keycloak’s words', () => {
  const invalid = (error_description: string) => ({ error: 'invalid_request', error_description });

  it.each<[string, Form, object]>([
    ['nobody named', { login_hint: undefined }, invalid('missing parameter : login_hint')],
    ['an empty hint', { login_hint: '' }, invalid('missing parameter : login_hint')],
    ['no scope', { scope: undefined }, invalid('missing parameter : scope')],
    [
      'a scope that does not exist',
      { scope: 'openid everything' },
      { error: 'invalid_scope', error_description: 'Invalid scopes: openid everything' },
    ],
    ['no number', { binding_message: undefined }, invalid('missing parameter : binding_message')],
    [
      'a number of one digit',
      { binding_message: '7' },
      {
        error: 'invalid_binding_message',
        error_description: 'the binding_message value has to be exactly two digits',
      },
    ],
    [
      'a token to show when calling, of an application that polls',
      { client_notification_token: 'token' },
      invalid('Client Notification token supported only for the ping mode'),
    ],
    ['a code of the user', { user_code: '1234' }, invalid('User code not supported')],
    ['another channel', { channel: 'SMS' }, invalid('channel has to be MOBILE or CARD')],
    ['somebody whom the register does not know', { login_hint: '899700000021' }, invalid('invalid user')],
    ['somebody struck off', { login_hint: '800000000001' }, invalid('invalid user')],
    ['eleven digits of RPPS', { login_hint: nationalId.slice(1) }, invalid('invalid user')],
    ['an identifier with spaces', { login_hint: '8 99700000013' }, invalid('invalid user')],
    ['what is no identifier', { login_hint: '<script>' }, invalid('invalid user')],
    [
      'a hint of a kind that we do not take',
      { login_hint: undefined, login_hint_token: 'x' },
      invalid('login_hint_token not supported'),
    ],
  ])('%s', async (_what, change, answer) => {
    const refused = await software.ask(change);
    expect([refused.status, refused.json]).toEqual([400, answer]);
    expect(world.authBroker.challenged).toEqual([]);
  });

  it('is refused in the library’s words where Keycloak has none', async () => {
    for (const change of [
      { scope: 'scope_all' },
      { requested_expiry: 'soon' },
      { requested_expiry: '-1' },
      { id_token_hint: 'a.b.c' },
      { login_hint_token: 'x' },
    ]) {
      const refused = await software.ask(change);
      expect([refused.status, refused.json.error]).toEqual([400, 'invalid_request']);
    }
    expect(world.authBroker.challenged).toEqual([]);
  });

  it('by a channel that the application was not given', async () => {
    const byCard = createCibaClient(world, 'de-carte');
    expect((await byCard.ask()).json).toEqual(invalid('channel not allowed for this client'));
    expect((await byCard.ask({ channel: undefined })).status).toBe(200);
    expect(world.authBroker.challenged).toMatchObject([{ means: 'cps' }]);
  });

  it('of an application that was not given CIBA', async () => {
    const refused = await createCibaClient(world, 'dossier').ask();
    expect([refused.status, refused.json]).toEqual([
      401,
      { error: 'invalid_grant', error_description: 'Client not allowed OIDC CIBA Grant' },
    ]);
    expect(world.authBroker.challenged).toEqual([]);
  });

  it('of nobody whom we know: who does not show its secret learns nothing of what else is wrong', async () => {
    const basic = (secret: string) => ({ authorization: `Basic ${btoa(`logiciel:${secret}`)}` });
    const wrong = { clientId: null, headers: basic('wrong') };
    for (const change of [{}, { login_hint: '' }, { login_hint: '899700000021' }, { user_code: '1' }]) {
      const { status, json } = await world.call(endpoints.backchannel_authentication, formOf(change), wrong);
      expect([status, json]).toEqual([
        401,
        { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' },
      ]);
    }
    const suspended = await world.saveApplication(
      cibaApplication({ clientId: 'suspendue', status: 'suspended' }),
    );
    await world.engine.refresh();
    expect((await createCibaClient(world, suspended.clientId).ask()).status).toBe(401);
    expect(world.authBroker.challenged).toEqual([]);
  });
});

describe('when something does not answer', () => {
  it('says so as Keycloak does, and leaves nothing that the professional could answer', async () => {
    world.authBroker.down = true;
    const before = new Set(await world.redis.keys('psc:approval:*'));
    const { status, json } = await software.ask();
    expect([status, json]).toEqual([
      503,
      { error: 'server_error', error_description: 'Failed to send authentication request' },
    ]);
    const opened = (await world.redis.keys('psc:approval:*')).filter((key) => !before.has(key));
    expect(opened).toHaveLength(1);
    expect(await world.redis.hget(opened[0] ?? '', 'state')).toBe('expired');
  });

  it('says that the register does not answer, and asks nobody', async () => {
    world.directory.down = true;
    const { status, json } = await software.ask();
    expect([status, json.error]).toEqual([503, 'temporarily_unavailable']);
    expect(world.authBroker.challenged).toEqual([]);
  });
});

describe('who reads Redis', () => {
  it('finds neither the identifier that asks for the tokens, nor the professional, nor the number', async () => {
    const authReqId = await software.askFor({ binding_message: '93', nonce: 'nonce-in-clear' });
    await software.poll(authReqId);
    expect((await findApproval(world, authReqId))?.state).toBe('challenged');
    const keys = await world.redis.keys('*');
    const values = await Promise.all(
      keys.map(async (key) => {
        switch (await world.redis.type(key)) {
          case 'hash':
            return JSON.stringify(await world.redis.hgetall(key));
          case 'string':
            return await world.redis.get(key);
          default:
            return '';
        }
      }),
    );
    const everything = JSON.stringify([keys, values]);
    for (const secret of [authReqId, nationalId, 'nonce-in-clear']) expect(everything).not.toContain(secret);
  });
});
