import { createPrivateKey, hash, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { get } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Approvals, createRedisApprovals } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import { createSeal, openRedis } from '@psc/datastores';
import { createAuthority } from '@psc/test-pki';
import type { Redis } from 'ioredis';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import webPush from 'web-push';
import { startStandInWallet } from '../phones/stand-in-wallet.ts';
import { applicationProfile } from '../pki/application-certificates.ts';
import { seedApplications } from '../seeds/applications.ts';
import { generatePrivateKey } from '../seeds/credentials.ts';
import type { ExtractFile } from '../seeds/extracts.ts';
import { seededPeople } from '../seeds/register.ts';
import { freePorts } from '../supervisor/ports.ts';
import type { Declared } from './clients.routes.ts';
import { type Control, type ControlSettings, startControl } from './start-control.ts';

const vapid = { subject: 'mailto:ops@example.test', ...webPush.generateVAPIDKeys() };
const imported: (readonly ExtractFile[])[] = [];
const authority = createAuthority({ subject: [{ CN: 'test authority' }] });
const server = authority.issue({
  subject: [{ CN: 'localhost' }],
  names: ['localhost', '127.0.0.1'],
  usages: ['serverAuth'],
});
const [smtpPassword, smsToken] = ['the-password-of-mail', 'the-token-of-the-gateway'];
const mtls = authority.issue(applicationProfile('sandbox-mtls'));
const jwtKey = generatePrivateKey('sandbox-jwt');
const declared: Declared[] = [];
const errors: unknown[] = [];
const physician = '899700000013';
const hospitalClerk = '30B0270001/CPET00001';

let directory: string;
let redis: Redis;
let subscriber: Redis;
let approvals: Approvals;
let wallet: Awaited<ReturnType<typeof startStandInWallet>>;
let control: Control;
let settings: ControlSettings;

beforeAll(async () => {
  const [walletPort = 0, port = 0, smtpPort = 0, smsPort = 0] = await freePorts(4);
  directory = await mkdtemp(join(tmpdir(), 'sandbox-'));
  // A database of its own: a reset would forget the approvals of the tests that run beside this one.
  const redisUrl = `${inject('redisUrl')}/7`;
  redis = await openRedis(redisUrl, 'commands', () => undefined);
  subscriber = await openRedis(redisUrl, 'subscriber', () => undefined);
  const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
  approvals = createRedisApprovals({ redis, subscriber, seal, clock: Date.now });
  wallet = await startStandInWallet(walletPort, approvals);
  settings = {
    port,
    about: {
      issuer: 'http://localhost:3000/auth/realms/esante-wallet',
      addresses: { wallet: wallet.url },
      versions: { psc: '0.1.0' },
    },
    directory,
    walletUrl: wallet.url,
    authBroker: wallet.authBroker,
    vapidPublicKey: vapid.publicKey,
    messageServices: { smtpPort, smsPort, server, smtpPassword, smsToken },
    approvals,
    redis,
    seeds: seededPeople,
    importRegister: async (files) => void imported.push(files),
    applications: seedApplications({ jwtKey, mtls: { ...mtls, authority: authority.certificate } }),
    authority,
    applyApplications: async (applications) => void declared.push(...applications),
    onError: (error) => errors.push(error),
  };
  control = await startControl(settings);
});

afterAll(async () => {
  await control?.close();
  await wallet?.close();
  await approvals?.close();
  redis?.disconnect();
  subscriber?.disconnect();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await call('POST', '/reset');
  imported.length = 0;
  errors.length = 0;
});

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(control.url + path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** What a browser sends when a link is followed; `fetch` would write these headers itself. */
const followLink = (path: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    get(control.url + path, { headers }, (response) => resolve(response.resume().statusCode)).on(
      'error',
      reject,
    );
  });

/** Somebody typed this identifier on the login page of an application. */
async function challenge(nationalId: string, number = '42', id: string = randomUUID()): Promise<string> {
  await approvals.open(id, sampleRequest({ clientName: 'Mon application', openedAt: Date.now() }));
  await approvals.challenge(id, { nationalId, means: 'ecps', number, browser: '', challengedAt: Date.now() });
  return id;
}

/** What notification-worker does. */
async function push(nationalId: string, approvalId: string) {
  const device = [...wallet.devices.values()].findLast((each) => each.nationalId === nationalId);
  if (!device?.push) throw new Error('no phone');
  const { endpoint, headers, body } = webPush.generateRequestDetails(
    device.push,
    JSON.stringify({ approvalId }),
    { vapidDetails: vapid, TTL: 60, topic: 'a' },
  );
  const named = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: named,
    body: new Uint8Array(body ?? []),
  });
  return response.status;
}

const endOf = async (id: string) => {
  await expect.poll(async () => (await approvals.find(id))?.state).not.toBe('challenged');
  return approvals.find(id);
};

describe('the control API', () => {
  it('says where everything is, to programs and to people', async () => {
    expect((await call('GET', '/')).body).toEqual(settings.about);
    const page = await fetch(control.url, { headers: { accept: 'text/html,*/*' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('Bac à sable');
  });

  it('lists the seeded people with their PINs, and tells who has no phone', async () => {
    const { body } = await call('GET', '/professionals');
    expect(body).toHaveLength(seededPeople.length);
    expect(body[0]).toMatchObject({
      nationalId: physician,
      rpps: '99700000013',
      givenName: 'CAMILLE',
      familyName: 'LAMBDA',
      profession: 'Médecin',
      ecps: { active: true, pin: '1234' },
      cards: [],
    });
    expect(body.filter((each: { ecps: { active: boolean } }) => !each.ecps.active)).toHaveLength(1);
  });

  it('shows a request on the phone, and approves it with the number of the page', async () => {
    const id = await challenge(physician);
    expect((await call('GET', `/phones/${physician}/requests`)).body).toEqual([
      { id, application: 'Mon application', requestedFrom: '192.0.2.1', expiresAt: expect.any(String) },
    ]);
    const answer = { decision: 'approve', number: '42' };
    const path = `/phones/${physician}/requests/${id}`;
    expect(await call('POST', path, answer)).toEqual({ status: 200, body: { state: 'approved' } });
    expect(await call('POST', path, answer)).toMatchObject({
      status: 409,
      body: { error: 'already_answered' },
    });
  });

  it('answers with what the device API answered: a wrong PIN, then a refusal', async () => {
    const id = await challenge(physician);
    const path = `/phones/${physician}/requests/${id}`;
    expect(await call('POST', path, { decision: 'approve', number: '42', pin: '9999' })).toEqual({
      status: 403,
      body: { error: 'pin_wrong', message: 'Refusé.', remainingTries: 2 },
    });
    expect(await call('POST', path, { decision: 'refuse' })).toEqual({
      status: 200,
      body: { state: 'denied' },
    });
  });

  it.each([
    ['approve', { state: 'approved' }],
    ['refuse', { state: 'denied', reason: 'refused' }],
    ['report', { state: 'reported' }],
    ['wrong-number', { state: 'denied', reason: 'wrong_number' }],
  ])('in the mode %s, a push is enough', async (mode, end) => {
    await call('PUT', `/phones/${physician}`, { mode });
    const id = await challenge(physician, '99');
    expect(await push(physician, id)).toBe(201);
    expect(await endOf(id)).toMatchObject(end);
    expect(errors).toEqual([]);
  });

  it.each(['manual', 'ignore'])('in the mode %s, nobody answers', async (mode) => {
    await call('PUT', `/phones/${physician}`, { mode });
    const id = await challenge(physician);
    await push(physician, id);
    expect((await call('GET', `/phones/${physician}/requests`)).body).toHaveLength(1);
    expect((await approvals.find(id))?.state).toBe('challenged');
  });

  it('in the mode wrong-pin, tries once per push; a locked phone is activated again by a reset', async () => {
    for (const left of [2, 1, 0]) {
      await call('PUT', `/phones/${physician}`, { mode: 'wrong-pin' });
      const id = await challenge(physician);
      await push(physician, id);
      const tries = () => [...wallet.devices.values()].findLast((each) => each.nationalId === physician);
      await expect.poll(() => tries()?.wrongPins).toBe(3 - left);
      await call('PUT', `/phones/${physician}`, { mode: 'manual' });
      await call('POST', `/phones/${physician}/requests/${id}`, { decision: 'refuse' });
    }
    expect((await call('GET', `/phones/${physician}/requests`)).body).toMatchObject({
      error: 'device_locked',
    });
    await call('POST', '/reset');
    expect((await call('GET', `/phones/${physician}/requests`)).status).toBe(200);
  });

  it('deals with what was already on the screen when a mode is set, after the delay', async () => {
    const id = await challenge(physician);
    await call('PUT', `/phones/${physician}`, { mode: 'approve', delayMs: 30 });
    expect(await endOf(id)).toMatchObject({ state: 'approved' });
  });

  it('forgets what a person was about to do when the mode changes', async () => {
    await call('PUT', `/phones/${physician}`, { mode: 'approve', delayMs: 200 });
    const id = await challenge(physician);
    await push(physician, id);
    await call('PUT', `/phones/${physician}`, { mode: 'refuse' });
    expect(await endOf(id)).toMatchObject({ state: 'denied' });
  });

  it('understands an identifier with a slash', async () => {
    const encoded = encodeURIComponent(hospitalClerk);
    expect(encoded).toContain('%2F');
    const id = await challenge(hospitalClerk);
    expect((await call('GET', `/phones/${encoded}/requests`)).body).toHaveLength(1);
    const answer = await call('POST', `/phones/${encoded}/requests/${id}`, { decision: 'refuse' });
    expect(answer.body).toEqual({ state: 'denied' });
    expect((await call('GET', `/professionals/${encoded}`)).body.nationalId).toBe(hospitalClerk);
  });

  it('plays the professional for one approval, in the shape of the conformance suite', async () => {
    /** The application alone knows what the provider named the approval after. */
    const ask = async () => {
      const authReqId = randomUUID();
      await challenge(physician, '42', hash('sha256', authReqId, 'base64url'));
      return authReqId;
    };
    const allowed = await ask();
    expect((await call('GET', `/ciba?auth_req_id=${allowed}&action=allow`)).body).toEqual({
      state: 'approved',
    });
    const denied = await ask();
    expect((await call('POST', `/ciba?auth_req_id=${denied}&action=deny`)).body).toEqual({ state: 'denied' });
    expect(await call('GET', `/ciba?auth_req_id=${denied}&action=allow`)).toMatchObject({
      status: 404,
      body: { error: 'approval_unknown' },
    });
  });

  it('presents no card: a request that awaits one shows on no phone, and cannot be played', async () => {
    const authReqId = randomUUID();
    const id = hash('sha256', authReqId, 'base64url');
    await approvals.open(id, sampleRequest({ channel: 'ciba', openedAt: Date.now() }));
    const challenged = { nationalId: physician, number: '42', browser: '', challengedAt: Date.now() };
    await approvals.challenge(id, { ...challenged, means: 'cps' });
    expect(await call('GET', `/ciba?auth_req_id=${authReqId}&action=allow`)).toMatchObject({
      status: 409,
      body: { error: 'card_awaited' },
    });
    const { pending } = (await call('GET', '/console/state')).body;
    expect(pending.map((each: { id: string }) => each.id)).not.toContain(id);
    await approvals.abandon(id);
  });

  it('keeps the pushes in the outbox', async () => {
    const id = await challenge(physician);
    await push(physician, id);
    const { body } = await call('GET', `/outbox?to=${physician}&channel=push`);
    expect(body).toEqual([
      {
        channel: 'push',
        to: physician,
        subject: '',
        text: JSON.stringify({ approvalId: id }),
        links: [],
        at: expect.any(String),
      },
    ]);
    expect((await call('DELETE', '/outbox')).status).toBe(204);
    expect((await call('GET', '/outbox')).body).toEqual([]);
  });

  it('keeps e-mails and SMS in the outbox, with their links, and takes them from notification-worker alone', async () => {
    const { smtpPort, smsPort } = settings.messageServices;
    const link = 'http://localhost:3001/signalement';
    const mail = {
      from: 'psc@sandbox.example',
      to: 'camille@cabinet.example',
      subject: 'Votre adresse a été modifiée',
    };
    const send = (pass: string) =>
      createTransport({
        host: '127.0.0.1',
        port: smtpPort,
        secure: true,
        auth: { user: 'sandbox', pass },
        tls: { ca: authority.certificate },
      }).sendMail({ ...mail, text: `Bonjour,\n\nSi ce n’est pas vous : ${link}\n` });
    await expect(send('wrong')).rejects.toThrow('535');
    await send(smtpPassword);

    const sms = { id: 'm1', to: '+33639981234', text: `Si ce n'est pas vous : ${link}` };
    const text = async (token: string) => {
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': sms.id,
        authorization: `Bearer ${token}`,
      };
      const options = { method: 'POST', headers, ca: authority.certificate };
      const sent = request(`https://127.0.0.1:${smsPort}/messages`, options).end(JSON.stringify(sms));
      const [response] = await once(sent, 'response');
      response.resume();
      return response.statusCode;
    };
    expect(await text('wrong')).toBe(401);
    expect([await text(smsToken), await text(smsToken)]).toEqual([202, 202]);

    const at = expect.any(String);
    expect((await call('GET', `/outbox?to=${mail.to}&channel=email`)).body).toEqual([
      {
        channel: 'email',
        to: mail.to,
        subject: mail.subject,
        text: `Bonjour,\n\nSi ce n’est pas vous : ${link}`,
        links: [link],
        at,
      },
    ]);
    expect((await call('GET', '/outbox?channel=sms')).body).toEqual([
      { channel: 'sms', to: sms.to, subject: '', text: sms.text, links: [link], at },
    ]);
    await call('DELETE', '/outbox');
  });

  it('creates a professional whom the directory knows and whose phone answers', async () => {
    const { status, body } = await call('POST', '/professionals', { familyName: 'NOUVELLE' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ familyName: 'NOUVELLE', ecps: { active: true } });
    expect(imported.at(-1)?.at(-1)?.content).toContain(body.nationalId);
    await call('PUT', `/phones/${body.nationalId}`, { mode: 'approve' });
    const id = await challenge(body.nationalId);
    await push(body.nationalId, id);
    expect(await endOf(id)).toMatchObject({ state: 'approved' });
  });

  it('creates many at once in few imports, each their own', async () => {
    const created = await Promise.all(Array.from({ length: 10 }, () => call('POST', '/professionals')));
    const ids = new Set(created.map(({ body }) => body.nationalId));
    expect(ids.size).toBe(10);
    expect(imported.length).toBeLessThan(5);
    for (const id of ids) expect(imported.at(-1)?.at(-1)?.content).toContain(id);
  });

  it('leaves the phone to be activated by hand when asked to', async () => {
    const { body } = await call('POST', '/professionals', { ecps: false });
    expect(body.ecps.active).toBe(false);
    expect(await call('GET', `/phones/${body.nationalId}/requests`)).toMatchObject({
      status: 404,
      body: { error: 'phone_unknown' },
    });
  });

  it('refuses an identifier that somebody has', async () => {
    const answer = await call('POST', '/professionals', { nationalId: physician });
    expect(answer).toMatchObject({ status: 409, body: { error: 'professional_exists' } });
  });

  it('changes a PIN, takes a phone away, and gives one back', async () => {
    const path = `/professionals/${physician}`;
    await call('PATCH', path, { ecps: { pin: '8642' } });
    const id = await challenge(physician);
    const answer = { decision: 'approve', number: '42' };
    expect((await call('POST', `/phones/${physician}/requests/${id}`, answer)).body).toEqual({
      state: 'approved',
    });

    expect((await call('PATCH', path, { ecps: false })).body.ecps).toMatchObject({ active: false });
    expect((await call('GET', `/phones/${physician}/requests`)).status).toBe(404);
    expect(await push(physician, id)).toBe(410);
    expect((await call('PATCH', path, { ecps: true })).body.ecps).toMatchObject({ active: true });
    expect((await call('GET', `/phones/${physician}/requests`)).status).toBe(200);
  });

  it('strikes somebody off the register, and a reset brings them back', async () => {
    const { body } = await call('PATCH', `/professionals/${physician}`, { status: 'inactive' });
    expect(body.status).toBe('inactive');
    for (const { content } of imported.at(-1) ?? []) expect(content).not.toContain(physician);
    await call('POST', '/reset');
    expect(imported.at(-1)?.at(-1)?.content).toContain(physician);
    expect((await call('GET', `/professionals/${physician}`)).body.status).toBe('active');
  });

  it('resets to the seeds: people, modes, outbox, and everything short-lived in Redis', async () => {
    await call('POST', '/professionals');
    await call('PUT', `/phones/${physician}`, { mode: 'approve' });
    await redis.mset('psc:session:1', 'x', 'somebody-else', 'y', '{psc:queue}:notifications:id', '1');
    expect((await call('POST', '/reset')).status).toBe(204);
    expect((await call('GET', '/professionals')).body).toHaveLength(seededPeople.length);
    expect((await call('GET', `/phones/${physician}`)).body.mode).toBe('manual');
    expect(await redis.mget('psc:session:1', 'somebody-else', '{psc:queue}:notifications:id')).toEqual([
      null,
      'y',
      '1',
    ]);
    await redis.del('somebody-else', '{psc:queue}:notifications:id');
  });

  it('registers an application and invents what is not said', async () => {
    const { status, body } = await call('POST', '/clients', {
      client_name: 'Mon logiciel',
      redirect_uris: ['http://localhost:8080/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      psc: { challenge_from_login_hint: true },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ client_id: expect.any(String), client_secret: expect.any(String) });
    expect(declared.at(-1)).toEqual(body);
    expect(body.psc.challenge_from_login_hint).toBe(true);
  });

  it('registers an application of another grant, which proves who it is without a secret', async () => {
    const metadata = {
      grant_types: ['urn:openid:params:grant-type:ciba'],
      response_types: [],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://logiciel.example/certs',
      psc: { ciba_channels: ['MOBILE'] },
    };
    const { status, body } = await call('POST', '/clients', metadata);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      grant_types: metadata.grant_types,
      token_endpoint_auth_method: 'private_key_jwt',
    });
    expect(body).not.toHaveProperty('client_secret');
  });

  it('tells which applications there are, and all that it takes to be one of them', async () => {
    const { body } = await call('GET', '/clients');
    const [web, ciba, withCertificate, withKey] = body;
    expect(web).toEqual({
      client_id: 'sandbox-web',
      client_name: 'Application de démonstration',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: 'sandbox-secret',
    });
    expect(ciba).toMatchObject({ client_id: 'sandbox-ciba', client_secret: 'sandbox-secret' });
    expect(withCertificate).toEqual({
      client_id: 'sandbox-mtls',
      client_name: 'Application avec certificat',
      token_endpoint_auth_method: 'tls_client_auth',
      certificate: mtls.certificate,
      certificate_key: mtls.key,
      server_ca: authority.certificate,
    });
    expect(withKey).toEqual({
      client_id: 'sandbox-jwt',
      client_name: 'Application avec clé',
      token_endpoint_auth_method: 'private_key_jwt',
      private_jwk: jwtKey,
    });
    expect(body).toHaveLength(4);
  });

  it('issues a certificate to an application that must have one and names none', async () => {
    const metadata = { client_id: 'mon-logiciel', redirect_uris: ['http://localhost:8080/callback'] };
    const withMethod = { ...metadata, token_endpoint_auth_method: 'tls_client_auth' };
    const { status, body } = await call('POST', '/clients', withMethod);
    expect(status).toBe(201);
    expect(declared.at(-1)?.tls_client_auth_subject_dn).toBe(
      'CN=mon-logiciel,OU=10B0270001,O=ETABLISSEMENT DE DEMONSTRATION,C=FR',
    );
    const certificate = new X509Certificate(body.certificate);
    expect(certificate.verify(new X509Certificate(body.server_ca).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(body.certificate_key))).toBe(true);

    const named = await call('POST', '/clients', { ...withMethod, tls_client_auth_subject_dn: 'CN=x,C=FR' });
    expect(named.body.tls_client_auth_subject_dn).toBe('CN=x,C=FR');
    expect(named.body).not.toHaveProperty('certificate');
  });

  it('makes the key of an application that signs and brings none', async () => {
    const metadata = { redirect_uris: ['http://localhost:8080/callback'] };
    const signing = await call('POST', '/clients', {
      ...metadata,
      token_endpoint_auth_method: 'private_key_jwt',
    });
    const { d, ...publicKey } = signing.body.private_jwk;
    expect(d).toEqual(expect.any(String));
    expect(declared.at(-1)?.jwks?.keys).toEqual([{ ...publicKey, alg: 'ES256', use: 'sig' }]);

    const method = { token_endpoint_auth_method: 'self_signed_tls_client_auth' };
    const { body } = await call('POST', '/clients', { ...metadata, ...method });
    const { raw } = new X509Certificate(body.certificate);
    expect(declared.at(-1)?.jwks?.keys).toMatchObject([{ kty: 'EC', x5c: [raw.toString('base64')] }]);
  });

  it.each([
    ['PUT', `/phones/${physician}`, { mode: 'dance' }, 'mode'],
    ['PUT', `/phones/${physician}`, {}, 'mode'],
    ['PUT', `/phones/${physician}`, { mode: 'approve', delayMs: -1 }, 'delayMs'],
    ['PUT', `/phones/${physician}`, { mode: 'approve', delay: 5 }, 'delay'],
    ['POST', `/phones/${physician}/requests/x`, { decision: 'approve', number: '4' }, 'number'],
    ['POST', '/professionals', { surname: 'X' }, 'surname'],
    ['PATCH', `/professionals/${physician}`, { nationalId: '899700000021' }, 'nationalId'],
    ['POST', '/professionals', { nationalId: '99700000013' }, 'nationalId'],
    ['POST', '/professionals', { ecps: { pin: '12345' } }, 'ecps.pin'],
    ['POST', '/clients', {}, 'redirect_uris'],
    ['POST', '/clients', { redirect_uris: ['http://example.org/'] }, 'redirect_uris'],
    ['GET', '/outbox?channel=pigeon', undefined, 'channel'],
    ['GET', '/ciba?auth_req_id=1&action=perhaps', undefined, 'action'],
  ])('says what is wrong with %s %s %j', async (method, path, body, problem) => {
    const answer = await call(method, path, body);
    expect(answer).toMatchObject({ status: 400, body: { error: 'malformed_request' } });
    expect(answer.body.message).toContain(problem);
  });

  it.each([
    ['GET', '/professionals/899700009999'],
    ['PUT', '/phones/899700009999'],
    ['GET', '/phones/899700009999/requests'],
    ['POST', '/phones/899700009999/requests/x'],
    ['PATCH', '/professionals/899700009999'],
  ])('does not know the professional of %s %s', async (method, path) => {
    const answer = await call(method, path, method === 'GET' ? undefined : { mode: 'manual' });
    expect(answer).toMatchObject({ status: 404, body: { error: 'professional_unknown' } });
  });

  it('names the calls that exist when one does not', async () => {
    const { status, body } = await call('POST', '/cards', {});
    expect(status).toBe(404);
    expect(body.calls).toContain('PUT /phones/{nationalId}');
    expect(body.calls).not.toContain('POST /push/{token}');
  });

  it('forgives an announced JSON body that is empty, and refuses one that is not JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await call('POST', '/reset', undefined, headers)).status).toBe(204);
    const response = await fetch(`${control.url}/professionals`, { method: 'POST', headers, body: '{' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'malformed_request' });
  });

  it('is not for other web sites', async () => {
    const other = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await call('POST', '/reset', undefined, other)).status).toBe(403);
    expect((await call('GET', '/professionals', undefined, other)).status).toBe(403);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await followLink('/', link)).toBe(200);
    expect(await followLink('/ciba?auth_req_id=x&action=allow', link)).toBe(403);
  });

  it('refuses to run beside a public issuer', async () => {
    const about = { ...settings.about, issuer: 'https://auth.example.org/auth/realms/esante-wallet' };
    await expect(startControl({ ...settings, about })).rejects.toThrow('public issuer');
  });

  it('finds its phones and its people again at the next start, and enrols nobody', async () => {
    const { body: created } = await call('POST', '/professionals');
    const enrolled = wallet.devices.size;
    await control.close();
    control = await startControl(settings);
    expect(wallet.devices.size).toBe(enrolled);
    expect((await call('GET', `/professionals/${created.nationalId}`)).body).toEqual(created);
    await call('PUT', `/phones/${created.nationalId}`, { mode: 'approve' });
    const id = await challenge(created.nationalId);
    expect(await push(created.nationalId, id)).toBe(201);
    expect(await endOf(id)).toMatchObject({ state: 'approved' });
    await call('POST', '/reset');
    expect((await call('POST', '/professionals')).body.nationalId).not.toBe(created.nationalId);

    const file = join(directory, 'phones.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain(physician);
  });
});
