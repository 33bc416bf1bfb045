import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cibaApplication } from '#src/testing/applications.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from '../endpoints.ts';

let world: World;
type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let keys: Keys;
beforeAll(async () => {
  world = await openWorld({}, 3);
  keys = await generateKeyPair('ES256');
  const publicKey = { ...(await exportJWK(keys.publicKey)), alg: 'ES256', kid: 'own' };
  const signing = { requestAlg: 'ES256' } as const;
  await world.saveApplication(cibaApplication({ clientId: 'signataire', keys: [publicKey] }, signing));
  await world.saveApplication(cibaApplication({ clientId: 'jumelle', keys: [publicKey] }, signing));
  await world.saveApplication(cibaApplication({ clientId: 'logiciel' }));
  await world.engine.refresh();
});
afterAll(() => world?.close());
beforeEach(() => {
  world.authBroker.challenged.length = 0;
});

const now = () => Math.floor(Date.now() / 1000);
const asked = {
  scope: 'openid scope_all',
  login_hint: camilleLambda.nationalId,
  binding_message: '42',
  channel: 'CARD',
};

const claimsOf = (change: JWTPayload = {}): JWTPayload => ({
  ...asked,
  iss: 'signataire',
  aud: world.issuer,
  iat: now(),
  nbf: now(),
  exp: now() + 60,
  jti: randomUUID(),
  ...change,
});
const sign = (claims = claimsOf(), key: Keys['privateKey'] = keys.privateKey, alg = 'ES256') =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: 'own' }).sign(key);
const send = (form: Record<string, string>, clientId = 'signataire') =>
  world.call(endpoints.backchannel_authentication, form, { clientId });
const told = async (answer: ReturnType<typeof send>) => {
  const { status, json } = await answer;
  return [status, json.error, json.error_description];
};

describe('a signed CIBA request', () => {
  it('asks what is signed, and not what stands beside it', async () => {
    const answer = await send({ request: await sign(), binding_message: '99', channel: 'MOBILE' });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ expires_in: 120, interval: 1 });
    expect(world.authBroker.challenged).toMatchObject([{ number: '42', means: 'cps' }]);
  });

  it('serves once, sent again or several times at once', async () => {
    const request = await sign();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send({ request })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await told(send({ request }))).toEqual([
      400,
      'invalid_request',
      'the signed request was already used',
    ]);
    expect(world.authBroker.challenged).toHaveLength(1);
  });

  it('serves once on every replica together', async () => {
    const replicas = await world.openReplicas(3);
    const request = await sign();
    const answers = await Promise.all(
      replicas.map((each) =>
        each.call(endpoints.backchannel_authentication, { request }, { clientId: 'signataire' }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400]);
  });

  it('does not use up the name of a request of another application, nor by a signature that does not hold', async () => {
    const jti = randomUUID();
    const stranger = (await generateKeyPair('ES256')).privateKey;
    expect((await send({ request: await sign(claimsOf({ jti }), stranger) })).status).toBe(400);
    const twin = claimsOf({ jti, iss: 'jumelle' });
    expect((await send({ request: await sign(twin) }, 'jumelle')).status).toBe(200);
    expect((await send({ request: await sign(claimsOf({ jti })) })).status).toBe(200);
  });

  it('is required of an application that was declared to sign', async () => {
    const [status, error] = await told(send(asked));
    expect([status, error]).toEqual([400, 'invalid_request']);
    expect(world.authBroker.challenged).toEqual([]);
  });

  it.each<[string, JWTPayload]>([
    ['without a name', { jti: undefined } as unknown as JWTPayload],
    ['without an end', { exp: undefined } as unknown as JWTPayload],
    ['without a beginning', { nbf: undefined } as unknown as JWTPayload],
    ['of another application', { iss: 'jumelle' }],
    ['for another provider', { aud: 'https://another.example' }],
    ['that has ended', { exp: 1_700_000_000 }],
    ['that has not begun', { nbf: 4_000_000_000 }],
    ['that would serve for more than an hour', { exp: 4_000_000_000 }],
    ['whose number is none', { binding_message: { 0: '4', 1: '2' } }],
  ])('is refused: one %s', async (_what, change) => {
    const { status, json } = await send({ request: await sign(claimsOf(change)) });
    expect(status).toBe(400);
    expect(['invalid_request', 'invalid_binding_message']).toContain(json.error);
    expect(world.authBroker.challenged).toEqual([]);
  });

  it('is refused when it is not signed as declared', async () => {
    const payload = Buffer.from(JSON.stringify(claimsOf())).toString('base64url');
    const header = (alg: string) => Buffer.from(JSON.stringify({ alg })).toString('base64url');
    const rsa = (await generateKeyPair('RS256')).privateKey;
    for (const request of [
      `${header('none')}.${payload}.`,
      `${header('HS256')}.${payload}.AAAA`,
      await sign(claimsOf(), rsa, 'RS256'),
      'a.b.c.d.e',
      'x',
    ])
      expect((await send({ request })).status).toBe(400);
    expect(world.authBroker.challenged).toEqual([]);
  });

  it('has its faults named in the same words', async () => {
    expect(await told(send({ request: await sign(claimsOf({ scope: 'openid no_such_scope' })) }))).toEqual([
      400,
      'invalid_scope',
      'Invalid scopes: openid no_such_scope',
    ]);
    expect(await told(send({ request: await sign(claimsOf({ login_hint: '899700000021' })) }))).toEqual([
      400,
      'invalid_request',
      'invalid user',
    ]);
  });
});
