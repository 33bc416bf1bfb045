import type { Cluster } from '@psc/sandbox/supervisor/cluster.ts';
import { createSandbox } from '@psc/testing';
import { Redis } from 'ioredis';
import type { AskFigures } from './ask.ts';
import { logInByPhone } from './phone-login.ts';
import { figuresOf, figuresOfRedis } from './process-figures.ts';

/** What one kind of request costs oidc-provider. */
export interface OperationFigures extends AskFigures {
  readonly redisMicros: number;
  /** The same operation by the bare library, measured apart: CPU µs with its example's adapter and RS256. */
  readonly bareMicros: number | undefined;
}

interface Operation {
  readonly name: string;
  readonly bareMicros?: number;
  /** Prepares one of the callers; what it answers is called over and over. */
  prepare(caller: number): Promise<() => Promise<void>>;
}

const REDIRECT_URI = 'http://127.0.0.1:9/callback';
const CIBA = 'urn:openid:params:grant-type:ciba';

/** Each operation of the protocol alone, `parallel` callers at a time for `seconds`, after half of that to warm up. */
export async function measureOperations(
  cluster: Cluster,
  parallel: number,
  seconds: number,
): Promise<readonly OperationFigures[]> {
  const redis = new Redis(cluster.redisUrl);
  const figures: OperationFigures[] = [];
  for (const operation of await describeOperations(cluster)) figures.push(await measure(operation));
  await redis.quit();
  return figures;

  async function measure({ name, bareMicros, prepare }: Operation): Promise<OperationFigures> {
    const callers = await Promise.all(Array.from({ length: parallel }, (_, caller) => prepare(caller)));
    await run(callers, seconds / 2);
    const [cpuBefore, redisBefore] = await consumed();
    const started = performance.now();
    const { durations, failed } = await run(callers, seconds);
    const elapsed = (performance.now() - started) / 1000;
    const [cpuAfter, redisAfter] = await consumed();
    const sorted = durations.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return {
      name,
      perSecond: durations.length / elapsed,
      p50: at(0.5),
      p99: at(0.99),
      failed,
      cpuMicros: ((cpuAfter - cpuBefore) * 1000) / durations.length,
      redisMicros: ((redisAfter - redisBefore) * 1000) / durations.length,
      bareMicros,
    };
  }

  async function consumed(): Promise<[number, number]> {
    return [figuresOf(cluster.pidOf('oidc-provider')).cpuMs, (await figuresOfRedis(redis)).cpuMs];
  }
}

async function run(callers: readonly (() => Promise<void>)[], seconds: number) {
  const until = performance.now() + seconds * 1000;
  const durations: number[] = [];
  let failed = 0;
  const loop = async (call: () => Promise<void>) => {
    while (performance.now() < until) {
      const start = performance.now();
      try {
        await call();
        durations.push(performance.now() - start);
      } catch (error) {
        failed++;
        if (failed === 1) console.error('first failure:', error);
        if (failed > 50) throw error;
      }
    }
  };
  await Promise.all(callers.map(loop));
  return { durations, failed };
}

async function describeOperations(cluster: Cluster): Promise<readonly Operation[]> {
  const { issuer, control } = cluster.addresses;
  const sandbox = createSandbox(control);
  const endpoint = (path: string) => `${issuer}/protocol/openid-connect/${path}`;
  const web = basic('sandbox-web');
  const robot = await registerRobot(sandbox);
  const { nationalId } = await sandbox.createProfessional();
  await sandbox.setPhone(nationalId, 'approve');
  const target = { issuer, clientId: 'sandbox-web', clientSecret: 'sandbox-secret' };

  const authorization = new URL(endpoint('auth'));
  authorization.search = new URLSearchParams({
    client_id: 'sandbox-web',
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    state: 'state-of-the-load-test',
    nonce: 'nonce-of-the-load-test',
  }).toString();

  /** A session of its own for each caller: people do not share theirs. */
  async function openSession() {
    const { browser, tokens } = await logInByPhone(target, nationalId);
    const cookie = await browser.cookies.getCookieString(authorization.href);
    return { tokens, cookie };
  }

  async function logInAgain(cookie: string): Promise<void> {
    const sent = await fetch(authorization, { redirect: 'manual', headers: { cookie } });
    const code = new URL(sent.headers.get('location') ?? '', issuer).searchParams.get('code');
    await sent.arrayBuffer();
    if (code === null) throw new Error(`no code: ${sent.status}`);
    await redeem({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI });
  }

  async function redeem(form: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    return readJson(await post(endpoint('token'), form, web));
  }

  return [
    {
      name: 'discovery',
      bareMicros: 103,
      prepare: async () => () => expectOk(fetch(`${issuer}/.well-known/wallet-openid-configuration`)),
    },
    { name: 'JWKS', bareMicros: 50, prepare: async () => () => expectOk(fetch(endpoint('certs'))) },
    {
      name: 'client_credentials (JWT, RS256)',
      bareMicros: 567,
      prepare: async () => () =>
        expectOk(post(endpoint('token'), { grant_type: 'client_credentials' }, robot)),
    },
    {
      name: 'SSO login (authorization + code)',
      bareMicros: 1366,
      async prepare() {
        const { cookie } = await openSession();
        return () => logInAgain(cookie);
      },
    },
    {
      name: 'refresh',
      bareMicros: 777,
      async prepare() {
        let { refresh_token: current = '' } = (await openSession()).tokens;
        return async () => {
          const tokens = await redeem({ grant_type: 'refresh_token', refresh_token: current });
          current = tokens.refresh_token ?? '';
        };
      },
    },
    {
      name: 'UserInfo',
      bareMicros: 169,
      async prepare() {
        const { access_token } = (await openSession()).tokens;
        const headers = { authorization: `Bearer ${access_token}` };
        return () => expectOk(fetch(endpoint('userinfo'), { headers }));
      },
    },
    {
      name: 'introspection',
      bareMicros: 246,
      async prepare() {
        const { access_token: token = '' } = (await openSession()).tokens;
        return async () => {
          const { active } = await readJson(await post(endpoint('token/introspect'), { token }, web));
          if (String(active) !== 'true') throw new Error('inactive');
        };
      },
    },
    {
      name: 'CIBA pending poll',
      bareMicros: 165,
      async prepare(caller) {
        const patient = await sandbox.createProfessional();
        await sandbox.setPhone(patient.nationalId, 'ignore');
        const ciba = basic('sandbox-ciba');
        const binding_message = String(caller % 100).padStart(2, '0');
        const form = { scope: 'openid scope_all', login_hint: patient.nationalId, binding_message };
        const asked = await readJson(await post(endpoint('ext/ciba/auth'), form, ciba));
        const poll = { grant_type: CIBA, auth_req_id: asked.auth_req_id ?? '' };
        return async () => {
          const answer = await post(endpoint('token'), poll, ciba);
          const { error } = (await answer.json()) as { error?: string };
          if (error !== 'authorization_pending' && error !== 'slow_down') throw new Error(`${error}`);
        };
      },
    },
  ];
}

/** An application that acts for itself. */
async function registerRobot(sandbox: ReturnType<typeof createSandbox>): Promise<string> {
  const { status, body } = await sandbox.call('POST', '/clients', {
    client_name: 'Automate',
    grant_types: ['client_credentials'],
    psc: { environment: 'test' },
  });
  if (status !== 201) throw new Error(`POST /clients: ${status} ${JSON.stringify(body)}`);
  const { client_id, client_secret } = body as { client_id: string; client_secret: string };
  return basic(client_id, client_secret);
}

function basic(clientId: string, secret = 'sandbox-secret'): string {
  return `Basic ${btoa(`${clientId}:${secret}`)}`;
}

function post(url: string, form: Readonly<Record<string, string>>, authorization: string) {
  return fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) });
}

async function expectOk(answering: Promise<Response>): Promise<void> {
  const response = await answering;
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
}

async function readJson(response: Response): Promise<Record<string, string>> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}
