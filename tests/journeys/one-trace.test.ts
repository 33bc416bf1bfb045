import { grantTypes } from '@psc/contracts';
import {
  createHttpBrowser,
  createRelyingParty,
  createSandbox,
  startTraceCollector,
  waitForCallback,
} from '@psc/testing';
import { expect, it } from 'vitest';
import { startOwnCluster } from '../setup/own-cluster.ts';

const CAMILLE = '899700000013';
const services = ['oidc-provider', 'auth-broker', 'notification-worker', 'rpps-directory'];

it('one trace tells a login through all four services and the queue, by a browser as by CIBA', async () => {
  await using collector = await startTraceCollector();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  await using cluster = await startOwnCluster({
    'oidc-provider': traced,
    'auth-broker': traced,
    'notification-worker': traced,
    'rpps-directory': traced,
  });
  const application = await createRelyingParty({
    issuer: cluster.addresses.issuer,
    clientId: 'sandbox-web',
    clientSecret: 'sandbox-secret',
  });
  await createSandbox(cluster.addresses.control).setPhone(CAMILLE, 'approve');
  const login = await application.begin({ login_hint: CAMILLE });
  await login.finish(await waitForCallback(createHttpBrowser(), login.url, application.redirectUri));

  await logInByCiba(cluster.addresses.issuer);

  const loginsTold = () => {
    const traces = Map.groupBy(collector.spans, ({ traceId }) => traceId);
    return [...traces.values()]
      .filter((spans) => services.every((service) => spans.some((span) => span.service === service)))
      .flatMap((spans) => spans.map(({ name }) => name).filter((name) => name.startsWith('finish ')))
      .toSorted();
  };
  await expect.poll(loginsTold, { timeout: 10_000 }).toEqual(['finish CIBA request', 'finish login']);
  // The person is in no span: neither by identifier nor by name.
  expect(JSON.stringify(collector.spans)).not.toMatch(/899700000013|LAMBDA/i);
});

/** Camille's phone approves by itself. */
async function logInByCiba(issuer: string): Promise<void> {
  const post = async (path: string, form: Readonly<Record<string, string>>) => {
    const response = await fetch(`${issuer}/protocol/openid-connect/${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('sandbox-ciba:sandbox-secret')}` },
      body: new URLSearchParams(form),
    });
    return (await response.json()) as Readonly<Record<string, unknown>>;
  };
  const request = { scope: 'openid scope_all', login_hint: CAMILLE, binding_message: '42' };
  const { auth_req_id } = await post('ext/ciba/auth', request);
  const poll = { grant_type: grantTypes.ciba, auth_req_id: String(auth_req_id) };
  await expect
    .poll(async () => Object.keys(await post('token', poll)), { interval: 1_000, timeout: 15_000 })
    .toContain('access_token');
}
