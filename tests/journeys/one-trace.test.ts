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

it('one trace tells a login through all four services and the queue', async () => {
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

  const servicesByTrace = () => {
    const traces = Map.groupBy(collector.spans, ({ traceId }) => traceId);
    return [...traces.values()].map((spans) => [...new Set(spans.map(({ service }) => service))].toSorted());
  };
  await expect.poll(servicesByTrace, { timeout: 10_000 }).toContainEqual(services.toSorted());
  // The person is in no span: neither by identifier nor by name.
  expect(JSON.stringify(collector.spans)).not.toMatch(/899700000013|LAMBDA/i);
});
