import { grantTypes } from '@psc/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage, wrongNumber } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const BASIC = `Basic ${btoa('sandbox-ciba:sandbox-secret')}`;
const number = '07';

async function post(path: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${stage.issuer}/protocol/openid-connect/${path}`, {
    method: 'POST',
    headers: { authorization: BASIC },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** A request as ANS's own proxy makes it. */
async function ask(nationalId: string, change: Readonly<Record<string, string>> = {}) {
  const { status, body } = await post('ext/ciba/auth', {
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    login_hint: nationalId,
    binding_message: number,
    channel: 'MOBILE',
    ...change,
  });
  expect(status).toBe(200);
  const { auth_req_id: authReqId, interval, expires_in: seconds } = body;
  return { authReqId: String(authReqId), interval: Number(interval), seconds: Number(seconds) };
}

const poll = (authReqId: string) => post('token', { grant_type: grantTypes.ciba, auth_req_id: authReqId });

/** Polls at exactly the interval, as that proxy does, until there is an answer. */
async function pollUntilAnswered({ authReqId, interval }: { authReqId: string; interval: number }) {
  const answers: Answer[] = [];
  for (let polls = 0; polls < 30; polls++) {
    const answer = await poll(authReqId);
    answers.push(answer);
    if (answer.body.error !== 'authorization_pending') return answers;
    await new Promise((resolve) => setTimeout(resolve, interval * 1000));
  }
  throw new Error('nobody answered');
}

async function newDoctor(): Promise<string> {
  return (await stage.sandbox.createProfessional({ familyName: 'FICTIVE' })).nationalId;
}

describe('an application that asks by CIBA, as the proxy of ANS does', () => {
  it('polls at exactly the interval, never too early, and gets the tokens soon after the doctor has typed the number', async () => {
    const doctor = await newDoctor();
    const asked = await ask(doctor);
    expect(asked).toMatchObject({ interval: 1, seconds: 120 });
    const request = await stage.sandbox.waitForRequest(doctor);
    expect(request).toMatchObject({ application: 'Logiciel de démonstration' });
    const polls = pollUntilAnswered(asked);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await stage.sandbox.answer(doctor, request.id, { decision: 'approve', number });
    const answeredAt = performance.now();
    const answers = await polls;
    expect(performance.now() - answeredAt).toBeLessThan(2_000);

    const tokens = answers.at(-1)?.body;
    expect(answers.length).toBeGreaterThan(2);
    expect(answers.slice(0, -1).map(({ body }) => body.error)).not.toContain('slow_down');
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 120,
      refresh_expires_in: 1800,
      scope: 'openid scope_all',
      session_state: expect.stringMatching(/^[0-9a-f-]{36}$/),
      id_token: expect.any(String),
    });
    const userInfo = await fetch(`${stage.issuer}/protocol/openid-connect/userinfo`, {
      headers: { authorization: `Bearer ${tokens?.access_token}` },
    });
    expect(await userInfo.json()).toMatchObject({ SubjectNameID: doctor, authMode: 'MOBILE' });
    const refreshed = await post('token', {
      grant_type: grantTypes.refresh,
      refresh_token: String(tokens?.refresh_token),
    });
    expect(refreshed).toMatchObject({ status: 200, body: { session_state: tokens?.session_state } });
    // What was redeemed is redeemed.
    expect((await poll(asked.authReqId)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await poll(request.id)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([
    ['refuses', { decision: 'refuse' }],
    ['reports a fraud', { decision: 'report' }],
    ['types another number', { decision: 'approve', number: wrongNumber(number) }],
  ] as const)('learns nothing but that the doctor did not agree: who %s', async (_what, decision) => {
    const doctor = await newDoctor();
    const asked = await ask(doctor);
    const request = await stage.sandbox.waitForRequest(doctor);
    await stage.sandbox.answer(doctor, request.id, decision);
    expect(await poll(asked.authReqId)).toEqual({
      status: 400,
      body: { error: 'access_denied', error_description: 'not authorized' },
    });
  });

  it('is told when nobody answers in the time that it gives', async () => {
    const doctor = await newDoctor();
    await stage.sandbox.setPhone(doctor, 'ignore');
    const asked = await ask(doctor, { requested_expiry: '3' });
    expect(asked.seconds).toBe(3);
    const answers = await pollUntilAnswered(asked);
    expect(answers.at(-1)).toEqual({
      status: 400,
      body: { error: 'expired_token', error_description: 'authentication timed out' },
    });
    expect(await stage.sandbox.requests(doctor)).toEqual([]);
  });

  it('gets one set of tokens for ten polls at once', async () => {
    const doctor = await newDoctor();
    const { authReqId } = await ask(doctor);
    const played = await stage.sandbox.call('POST', `/ciba?auth_req_id=${authReqId}&action=allow`);
    expect(played).toEqual({ status: 200, body: { state: 'approved' } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => poll(authReqId)));
    const [winner, ...others] = answers.toSorted((a, b) => a.status - b.status);
    expect(winner?.status).toBe(200);
    for (const { status, body } of others) expect([status, body.error]).toEqual([400, 'invalid_grant']);
    const userInfo = await fetch(`${stage.issuer}/protocol/openid-connect/userinfo`, {
      headers: { authorization: `Bearer ${winner?.body.access_token}` },
    });
    expect(userInfo.status).toBe(200);
  });

  it('by card waits for a card: the phone does not ring, and cannot answer', async () => {
    const doctor = await newDoctor();
    const { authReqId } = await ask(doctor, { channel: 'CARD' });
    expect((await poll(authReqId)).body).toMatchObject({ error: 'authorization_pending' });
    expect(await stage.sandbox.requests(doctor)).toEqual([]);
  });
});
