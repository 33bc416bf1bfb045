import { grantTypes } from '@psc/contracts';
import type { Cluster } from '@psc/sandbox/supervisor/cluster.ts';
import { createSandbox } from '@psc/testing';
import { figuresOf } from './process-figures.ts';

export interface CibaFigures {
  readonly name: string;
  readonly requests: number;
  /** CPU of oidc-provider, in microseconds for each request. */
  readonly cpuMicros: number;
}

const CALLERS = 16;
/** V8 compiles what runs often: before that, the first kind that is measured looks the dearest. */
const WARM_UP = 3_000;
const POLLS = 5_000;
/** Redeemed within the two minutes that the first proof lives. */
const APPROVED = 600;

const BASIC = `Basic ${btoa('sandbox-ciba:sandbox-secret')}`;

/**
 * What a poll costs oidc-provider while nobody answered, beside what it costs to give the tokens: each kind of request alone,
 * after as many to warm up as it takes.
 */
export async function measureCiba(cluster: Cluster): Promise<readonly CibaFigures[]> {
  const { issuer, control } = cluster.addresses;
  const sandbox = createSandbox(control);
  const doctors = await Promise.all(Array.from({ length: CALLERS }, () => sandbox.createProfessional()));
  const robot = await registerRobot();

  const token = (form: string, authorization = BASIC) => post('token', form, authorization);
  const polling = (authReqId: string) =>
    `grant_type=${encodeURIComponent(grantTypes.ciba)}&auth_req_id=${authReqId}`;

  const pending = await Promise.all(doctors.map(({ nationalId }) => ask(nationalId)));
  const poll = (suffix: string) => async (caller: number) => {
    const { status, body } = await token(polling(pending[caller] ?? '') + suffix);
    if (status !== 400 || !['authorization_pending', 'slow_down'].includes(String(body.error)))
      throw new Error(`${status} ${body.error}`);
  };
  const polls = await measure('poll, pending', POLLS, poll(''));
  // What is there twice is left to the library: the way of an application that signs or shows a certificate.
  const byTheLibrary = await measure('poll, pending, by the library', POLLS, poll('&odd=1&odd=2'));
  const credentials = await measure('client_credentials', POLLS, async () => {
    const { status } = await token('grant_type=client_credentials', robot);
    if (status !== 200) throw new Error(`client_credentials: ${status}`);
  });

  const redeem = async (authReqId: string) => {
    const { status, body } = await token(polling(authReqId));
    if (status !== 200) throw new Error(`${status} ${body.error}`);
  };
  const [first, approved] = [await approve(APPROVED), [] as string[]];
  await inTurns(first.length, (_caller, i) => redeem(first[i] ?? ''));
  approved.push(...(await approve(APPROVED)));
  const tokens = await measure(
    'poll that gets the tokens',
    approved.length,
    (_caller, i) => redeem(approved[i] ?? ''),
    0,
  );
  return [polls, byTheLibrary, tokens, credentials];

  async function measure(
    name: string,
    requests: number,
    request: (caller: number, i: number) => Promise<void>,
    warmUp = WARM_UP,
  ): Promise<CibaFigures> {
    await inTurns(warmUp, request);
    const before = figuresOf(cluster.pidOf('oidc-provider')).cpuMs;
    await inTurns(requests, request);
    const cpuMs = figuresOf(cluster.pidOf('oidc-provider')).cpuMs - before;
    return { name, requests, cpuMicros: (cpuMs * 1000) / requests };
  }

  /** Asked, and answered by the phone of one doctor after the other. */
  async function approve(count: number): Promise<string[]> {
    const approved: string[] = [];
    await inTurns(count, async (caller) => {
      const authReqId = await ask(doctors[caller]?.nationalId ?? '');
      const played = await sandbox.call('POST', `/ciba?auth_req_id=${authReqId}&action=allow`);
      if (played.status !== 200) throw new Error(`${played.status} ${JSON.stringify(played.body)}`);
      approved.push(authReqId);
    });
    return approved;
  }

  async function ask(nationalId: string): Promise<string> {
    const form = { scope: 'openid scope_all', login_hint: nationalId, binding_message: '42' };
    const { status, body } = await post('ext/ciba/auth', String(new URLSearchParams(form)), BASIC);
    if (status !== 200) throw new Error(`${status} ${body.error}`);
    return String(body.auth_req_id);
  }

  async function post(path: string, body: string, authorization: string) {
    const response = await fetch(`${issuer}/protocol/openid-connect/${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async function registerRobot(): Promise<string> {
    const { body } = await sandbox.call('POST', '/clients', {
      client_name: 'Automate',
      grant_types: ['client_credentials'],
      psc: { environment: 'test' },
    });
    const { client_id, client_secret } = body as { client_id: string; client_secret: string };
    return `Basic ${btoa(`${client_id}:${client_secret}`)}`;
  }
}

/** `count` of them, by sixteen callers. */
async function inTurns(count: number, act: (caller: number, i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const caller = async (_: unknown, self: number) => {
    for (let i = next++; i < count; i = next++) await act(self, i);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}
