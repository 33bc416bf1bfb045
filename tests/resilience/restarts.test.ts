import type { Cluster } from '@psc/sandbox/supervisor/cluster.ts';
import {
  createHttpBrowser,
  createRelyingParty,
  createSandbox,
  type LoggedIn,
  type Page,
  type RelyingParty,
  type Sandbox,
  waitForCallback,
} from '@psc/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOwnCluster } from '../setup/own-cluster.ts';

const services = ['oidc-provider', 'auth-broker', 'notification-worker', 'rpps-directory'] as const;
type Service = (typeof services)[number];

const moments = ['identify', 'answer', 'return', 'redeem'] as const;
type Moment = (typeof moments)[number];
const told: Record<Moment, string> = {
  identify: 'while the person types their identifier',
  answer: 'while the phone is asked',
  return: 'after the professional approved',
  redeem: 'before the application redeems its code',
};

let cluster: Cluster & AsyncDisposable;
let sandbox: Sandbox;
let application: RelyingParty;

beforeAll(async () => {
  cluster = await startOwnCluster();
  sandbox = createSandbox(cluster.addresses.control);
  application = await createRelyingParty({
    issuer: cluster.addresses.issuer,
    clientId: 'sandbox-web',
    clientSecret: 'sandbox-secret',
  });
}, 120_000);
afterAll(() => cluster[Symbol.asyncDispose]());

describe.each(services)('%s, killed and started again', (service) => {
  it.each(moments)(
    'in the middle of a login (%s): it completes or says why, and a second try works',
    async (moment) => {
      const { nationalId } = await sandbox.createProfessional();
      const first = await logIn(nationalId, { service, moment }).then(
        ({ idToken }) => ({ completed: idToken.SubjectNameID }),
        (error: unknown) => ({ refused: wordsOf(error) }),
      );
      if ('refused' in first) expect(first.refused, told[moment]).toMatch(CLEAR);
      else expect(first.completed).toBe(nationalId);

      const second = await logIn(nationalId);
      expect(second.idToken.SubjectNameID).toBe(nationalId);
    },
  );
});

/** A sentence for the person, or an OAuth error for the application. */
const CLEAR =
  /indisponible|expiré|réessayer|recommencer|temporarily_unavailable|server_error|invalid_grant|access_denied/i;

/** A login step by step; at `killing.moment` that service is killed, the step is tried, the service comes back. */
async function logIn(nationalId: string, killing?: { service: Service; moment: Moment }): Promise<LoggedIn> {
  const browser = createHttpBrowser();
  const login = await application.begin();
  const identify = await browser.open(login.url);

  const waiting = await step('identify', async () => {
    const page = await browser.submit(`${identify.url}/identify`, { identifier: nationalId });
    return page.find('matching-number') === undefined ? refusedBy(page) : page;
  });
  await step('answer', async () => {
    const number = waiting.find('matching-number') ?? '';
    const { id } = await sandbox.waitForRequest(nationalId);
    const { status, body } = await sandbox.answer(nationalId, id, { decision: 'approve', number });
    if (status !== 200) throw new Error(JSON.stringify(body));
  });
  const callback = await step('return', () => waitForCallback(browser, waiting.url, application.redirectUri));
  return step('redeem', () => login.finish(callback));

  /** A person reloads a page that did not come, an application tries again: once. */
  async function step<Result>(moment: Moment, act: () => Promise<Result>): Promise<Result> {
    if (killing?.moment !== moment) return act();
    await cluster.kill(killing.service, 'SIGKILL');
    const attempted = await act().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await cluster.restart(killing.service);
    return 'value' in attempted ? attempted.value : act();
  }
}

/** What the person reads, or the OAuth error that the application receives. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'error' in error ? String(error.error) : error.message;
}

function refusedBy(page: Page): never {
  throw new Error(page.find('message') ?? page.text);
}
