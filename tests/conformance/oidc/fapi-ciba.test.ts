import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify, UnsecuredJWT } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openWire, type Wire } from '../wire.ts';
import type { CalleeAnswer } from './callee.ts';
import { type CibaClient, type Delivery, openCibaClient } from './ciba-client.ts';

const now = () => Math.floor(Date.now() / 1000);

describe.each<[Delivery]>([['poll'], ['ping']])('fapi-ciba-id1-test-plan, %s', (delivery) => {
  let wire: Wire;
  let nationalId: string;
  /** Signs by PS256, with a key that could sign by RS256 as well. */
  let client: CibaClient;
  /** Signs by ES256. */
  let second: CibaClient;

  beforeAll(async () => {
    wire = openWire();
    ({ nationalId } = await wire.sandbox.createProfessional());
    client = await openCibaClient(wire, { delivery, nationalId, alg: 'PS256' });
    second = await openCibaClient(wire, { delivery, nationalId });
  });
  afterAll(async () => {
    for (const each of [client, second]) await each.callee[Symbol.asyncDispose]();
  });

  it('fapi-ciba-id1-discovery-end-point-verification: the document says what can be asked, and how', async () => {
    const { json } = await wire.call(`${wire.issuer}/.well-known/openid-configuration`);
    expect(json).toMatchObject({
      backchannel_authentication_endpoint: wire.endpoint('ext/ciba/auth'),
      backchannel_token_delivery_modes_supported: expect.arrayContaining([delivery]),
      backchannel_authentication_request_signing_alg_values_supported: expect.arrayContaining([
        'PS256',
        'ES256',
      ]),
      grant_types_supported: expect.arrayContaining(['urn:openid:params:grant-type:ciba']),
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'tls_client_auth']),
      tls_client_certificate_bound_access_tokens: true,
    });
  });

  it('fapi-ciba-id1: two applications get their tokens, each its own, once', async () => {
    const { status, headers, json } = await client.ask();
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(json).toEqual({
      // 128 bits at least (FAPI-CIBA §5.2.2), 160 better.
      auth_req_id: expect.stringMatching(/^[\w.-]{27,}$/),
      expires_in: 120,
      interval: expect.any(Number),
    });
    await client.play(json.auth_req_id, 'allow');
    if (delivery === 'ping') {
      await client.notified(json.auth_req_id);
      const [call] = client.callee.calls;
      expect(call?.headers).toMatchObject({
        authorization: `Bearer ${client.notificationToken}`,
        'content-type': expect.stringMatching(/^application\/json/),
      });
      expect(JSON.parse(call?.body ?? '')).toEqual({ auth_req_id: json.auth_req_id });
    }
    const answered = await client.poll(json.auth_req_id);
    expect([answered.status, answered.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(answered.json).toMatchObject({ token_type: 'Bearer', expires_in: 120 });
    const keys = createRemoteJWKSet(new URL(wire.endpoint('certs')));
    const verifying = { issuer: wire.issuer, audience: client.clientId };
    const { payload, protectedHeader } = await jwtVerify(answered.json.id_token, keys, verifying);
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({ SubjectNameID: nationalId, auth_time: expect.any(Number) });
    for (const hash of ['c_hash', 's_hash']) expect(payload).not.toHaveProperty(hash);
    const userInfo = await wire.call(wire.endpoint('userinfo'), bearer(answered.json.access_token));
    expect(userInfo.json.sub).toBe(payload.sub);

    const library = await second.asLibrary();
    const asked = await openid.initiateBackchannelAuthentication(library, {
      request: await second.sign(second.claims({ acr_values: 'eidas1' })),
    });
    await second.play(asked.auth_req_id, 'allow');
    const tokens = await openid.pollBackchannelAuthenticationGrant(library, asked);
    expect(tokens.claims()).toMatchObject({ aud: second.clientId, sub: payload.sub });
    const again = await second.poll(asked.auth_req_id);
    expect([again.status, again.json.error]).toEqual([400, 'invalid_grant']);
  });

  it('fapi-ciba-id1-user-rejects-authentication: access_denied', async () => {
    const { auth_req_id } = await client.askFor();
    await client.play(auth_req_id, 'deny');
    if (delivery === 'ping') await client.notified(auth_req_id);
    const { status, json } = await client.poll(auth_req_id);
    expect([status, json.error]).toEqual([400, 'access_denied']);
  });

  it('fapi-ciba-id1-multiple-call-to-token-endpoint: pending, then slow_down', async () => {
    const { auth_req_id } = await client.askFor();
    const answers = [await client.poll(auth_req_id), await client.poll(auth_req_id)];
    expect(answers.map(({ status, json }) => [status, json.error])).toEqual([
      [400, 'authorization_pending'],
      [400, 'slow_down'],
    ]);
    await client.play(auth_req_id, 'deny');
  });

  it('fapi-ciba-id1-auth-req-id-expired: expired_token, of a request that was given one second', async () => {
    const { auth_req_id, expires_in } = await client.askFor({ requested_expiry: 1 });
    expect(expires_in).toBe(1);
    await sleep(1_100);
    const { status, json } = await client.poll(auth_req_id);
    expect([status, json.error]).toEqual([400, 'expired_token']);
  });

  it('fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds: with two digits, and the suite has four', async () => {
    expect(await client.logIn({ binding_message: '34' })).toHaveProperty('access_token');
    const { status, json } = await client.ask(await client.sign(client.claims({ binding_message: '1234' })));
    expect([status, json.error]).toEqual([400, 'invalid_binding_message']);
  });

  it('fapi-ciba-id1-ensure-other-scope-order-succeeds: the order of scopes does not matter', async () => {
    const { scope } = await client.logIn({ scope: 'scope_all openid' });
    expect(String(scope).split(' ').sort()).toEqual(['openid', 'scope_all']);
  });

  it('fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds: a number or a string', async () => {
    for (const requested_expiry of [90, '90']) {
      const { auth_req_id, expires_in } = await client.askFor({ requested_expiry });
      expect(expires_in).toBe(90);
      await client.play(auth_req_id, 'deny');
    }
  });

  it('fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message: invalid_binding_message', async () => {
    const binding_message = `1234 👍🏿 品川 ${'Lorem ipsum dolor sit amet '.repeat(16)}`;
    const { status, json } = await client.ask(await client.sign(client.claims({ binding_message })));
    expect([status, json.error]).toEqual([400, 'invalid_binding_message']);
  });

  describe('a signed request that is not as it must be makes no phone ring', () => {
    it.each([
      ['fapi-ciba-id1-ensure-request-object-missing-aud-fails', () => ({ aud: undefined })],
      ['fapi-ciba-id1-ensure-request-object-bad-aud-fails', () => ({ aud: 'https://other.example' })],
      ['fapi-ciba-id1-ensure-request-object-missing-iss-fails', () => ({ iss: undefined })],
      ['fapi-ciba-id1-ensure-request-object-bad-iss-fails', () => ({ iss: second.clientId })],
      ['fapi-ciba-id1-ensure-request-object-missing-exp-fails', () => ({ exp: undefined })],
      ['fapi-ciba-id1-ensure-request-object-expired-exp-fails', () => ({ exp: now() - 300 })],
      [
        'fapi-ciba-id1-ensure-request-object-exp-is-70-minutes-in-future-fails',
        () => ({ exp: now() + 4200 }),
      ],
      ['fapi-ciba-id1-ensure-request-object-missing-iat-fails', () => ({ iat: undefined })],
      ['fapi-ciba-id1-ensure-request-object-missing-nbf-fails', () => ({ nbf: undefined })],
      ['fapi-ciba-id1-ensure-request-object-nbf-is-10-minutes-in-future-fails', () => ({ nbf: now() + 600 })],
      ['fapi-ciba-id1-ensure-request-object-nbf-is-70-minutes-in-past-fails', () => ({ nbf: now() - 4200 })],
      ['fapi-ciba-id1-ensure-request-object-missing-jti-fails', () => ({ jti: undefined })],
      [
        'fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails',
        () => ({ id_token_hint: 'e30.e30.e30' }),
      ],
    ])('%s: is refused', async (_module, change) => {
      await expectRefused(await client.sign(client.claims(change())));
    });

    it('fapi-ciba-id1-ensure-request-object-signature-algorithm-is-none-fails: is refused', async () => {
      await expectRefused(new UnsecuredJWT(client.claims()).encode());
    });

    it('fapi-ciba-id1-ensure-request-object-signature-algorithm-is-bad-fails: is refused', async () => {
      const [header, payload, signature = ''] = (await client.sign(client.claims())).split('.');
      await expectRefused([header, payload, [...signature].reverse().join('')].join('.'));
    });

    it('fapi-ciba-id1-ensure-request-object-signature-algorithm-is-RS256-fails: is refused', async () => {
      await expectRefused(await client.sign(client.claims(), 'RS256'));
    });

    it('fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails: is refused', async () => {
      await expectRefused(await second.sign(client.claims()));
    });

    it('fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails: is refused', async () => {
      const { status, json } = await wire.post('ext/ciba/auth', {
        scope: 'openid scope_all',
        login_hint: nationalId,
        binding_message: '12',
        ...(delivery === 'ping' ? { client_notification_token: client.notificationToken } : {}),
        ...(await client.assertion()),
      });
      expect([status, json.error]).toEqual([400, 'invalid_request']);
    });

    async function expectRefused(request: string): Promise<void> {
      const { status, json } = await client.ask(request);
      expect([status, json]).toEqual([
        400,
        { error: 'invalid_request', error_description: expect.stringMatching(/^[\x20-\x7e]+$/) },
      ]);
    }

    afterAll(async () => {
      expect(await wire.sandbox.requests(nationalId)).toEqual([]);
    });
  });

  it('fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request: of another application is nobody’s', async () => {
    const { auth_req_id } = await client.askFor();
    await client.play(auth_req_id, 'allow');
    const { status, json } = await second.poll(auth_req_id);
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
    expect((await client.poll(auth_req_id)).status).toBe(200);
  });

  describe('an application that does not prove who it is', () => {
    it('fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request: gets no tokens', async () => {
      const { auth_req_id } = await client.askFor();
      await client.play(auth_req_id, 'allow');
      const { status, json } = await client.poll(auth_req_id, { client_id: client.clientId });
      expect([status, json.error]).toEqual([401, 'invalid_client']);
      expect((await client.poll(auth_req_id)).status).toBe(200);
    });

    it('fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request: asks nobody', async () => {
      const { status, json } = await client.ask(await client.sign(client.claims()), {
        client_id: client.clientId,
      });
      expect([status, json.error]).toEqual([401, 'invalid_client']);
      expect(await wire.sandbox.requests(nationalId)).toEqual([]);
    });
  });

  it.each([
    'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails',
    'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails',
  ])('%s: not here, where RS256 is what applications have', async (module) => {
    const byRs256 = await client.assertion({ aud: wire.issuer }, 'RS256');
    if (module.includes('backchannel')) {
      const { status, json } = await client.ask(await client.sign(client.claims()), byRs256);
      expect(status).toBe(200);
      await client.play(json.auth_req_id, 'deny');
    } else {
      const { auth_req_id } = await client.askFor();
      await client.play(auth_req_id, 'allow');
      expect((await client.poll(auth_req_id, byRs256)).status).toBe(200);
    }
  });

  it('fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds: the issuer is an audience too', async () => {
    const { auth_req_id } = await client.askFor();
    await client.play(auth_req_id, 'allow');
    const { status } = await client.poll(auth_req_id, await client.assertion({ aud: wire.issuer }));
    expect(status).toBe(200);
  });

  it('fapi-ciba-id1-refresh-token: renews the tokens, for the application that it was given to', async () => {
    const tokens = await client.logIn();
    const stolen = await second.refresh(tokens.refresh_token);
    expect([stolen.status, stolen.json.error]).toEqual([400, 'invalid_grant']);
    const renewed = await client.refresh(tokens.refresh_token);
    expect(renewed.status).toBe(200);
    expect(renewed.json.access_token).not.toBe(tokens.access_token);
    const userInfo = await wire.call(wire.endpoint('userinfo'), bearer(renewed.json.access_token));
    expect(userInfo.json.SubjectNameID).toBe(nationalId);
  });
});

const answers: readonly (readonly [module: string, CalleeAnswer])[] = [
  [
    'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-has-body',
    { status: 200, body: 'a body that nobody asked for' },
  ],
  ['fapi-ciba-id1-ping-backchannel-notification-endpoint-response-401', { status: 401 }],
  ['fapi-ciba-id1-ping-backchannel-notification-endpoint-response-403', { status: 403 }],
  [
    'fapi-ciba-id1-ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry',
    { status: 401 },
  ],
  [
    'fapi-ciba-id1-ping-backchannel-notification-endpoint-return-redirect-request',
    { status: 301, headers: { location: '/elsewhere' } },
  ],
];

describe('fapi-ciba-id1-test-plan, what an application answers to a ping', () => {
  let client: CibaClient;
  const asked = new Map<string, string>();

  beforeAll(async () => {
    const wire = openWire();
    const { nationalId } = await wire.sandbox.createProfessional();
    client = await openCibaClient(wire, { delivery: 'ping', nationalId });
    for (const [module, answer] of answers) {
      client.callee.answer = answer;
      const { auth_req_id: authReqId } = await client.askFor();
      await client.play(authReqId, 'allow');
      await client.notified(authReqId);
      asked.set(module, authReqId);
    }
    // A call that failed is made again within a second.
    await sleep(1_500);
  });
  afterAll(async () => {
    await client.callee[Symbol.asyncDispose]();
    // Nowhere else either: a redirection is not followed.
    expect(client.callee.calls).toHaveLength(answers.length);
  });

  it.each(answers)('%s: is called once, and gets its tokens', async (module) => {
    const authReqId = asked.get(module) ?? '';
    const calls = client.callee.calls.filter(({ body }) => body.includes(authReqId));
    expect(calls.map(({ path }) => path)).toEqual(['/called']);
    expect((await client.poll(authReqId)).status).toBe(200);
  });
});
