import { grantTypes } from '@psc/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cibaApplication } from '#src/testing/applications.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { createCibaClient } from '#src/testing/ciba.ts';
import { openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from '../endpoints.ts';

let world: World;
let authReqId: string;
beforeAll(async () => {
  world = await openWorld({ CLIENT_FAILURES: 10_000, CLIENT_FAILURES_PER_ADDRESS: 100_000 }, 8);
  await world.saveApplication(cibaApplication({ clientId: 'logiciel' }));
  await world.engine.refresh();
  authReqId = await createCibaClient(world, 'logiciel').askFor();
});
afterAll(() => world?.close());

const names = [
  ...['scope', 'login_hint', 'id_token_hint', 'login_hint_token', 'binding_message', 'channel', 'acr_values'],
  ...[
    'requested_expiry',
    'client_notification_token',
    'user_code',
    'request',
    'request_uri',
    'claims',
    'nonce',
  ],
  ...['grant_type', 'auth_req_id', 'client_id', 'client_secret', 'client_assertion', 'max_age', 'prompt'],
  ...['request_context', 'registration', 'resource', '__proto__', 'constructor', 'odd'],
];
const plausible = () => [
  ...['openid scope_all', 'openid', camilleLambda.nationalId, '07', 'MOBILE', 'CARD', '30', '-1', '1e9', ''],
  ...[
    grantTypes.ciba,
    authReqId,
    'logiciel',
    'a.b.c',
    'eyJhbGciOiJub25lIn0.e30.',
    '{"id_token":{"acr":null}}',
    '{',
  ],
];

/** Parameters that may be there twice, of every name, with values likely and unlikely. */
const form = () =>
  fc.array(
    fc.tuple(
      fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
      fc.oneof(
        { weight: 10, arbitrary: fc.constantFrom(...plausible()) },
        { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
        { weight: 1, arbitrary: fc.constant('x'.repeat(30_000)) },
      ),
    ),
    { maxLength: 12 },
  );

const encoded = (fields: [string, string][]) =>
  fields
    .map(
      ([name, value]) =>
        `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
    )
    .join('&');

it.each([
  ['asks', endpoints.backchannel_authentication, ''],
  ['polls', endpoints.token, `grant_type=${encodeURIComponent(grantTypes.ciba)}&`],
])(
  'whatever an application sends when it %s is answered with JSON, and never with an error of ours',
  async (_what, path, given) => {
    await fc.assert(
      fc.asyncProperty(form(), fc.boolean(), async (fields, authenticates) => {
        const body = given + encoded(fields);
        const options = { clientId: authenticates ? 'logiciel' : null };
        const answer = await world.call(path, body, options);
        expect([200, 400, 401, 413]).toContain(answer.status);
        if (answer.status !== 200) expect(answer.json.error).toMatch(/^[a-z_]+$/);
        expect(answer.text).not.toMatch(/node_modules|\.ts:|\.js:/);
      }),
      { numRuns: 150 },
    );
  },
  120_000,
);

const rawBodies = [
  '%zz=%',
  '%ff=%ff&auth_req_id=%c3',
  '&&&==&',
  `grant_type=${encodeURIComponent(grantTypes.ciba)}&auth_req_id=%ff%fe`,
  `grant_type=${encodeURIComponent(grantTypes.ciba)}&auth_req_id[]=a&auth_req_id[0]=b`,
  '{"grant_type":"urn:openid:params:grant-type:ciba"}',
];

it('bytes that are no form at all are answered too', async () => {
  const types = ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'ciba', ''];
  const bytes = fc.oneof(
    fc.constantFrom(...rawBodies).map((text) => new TextEncoder().encode(text)),
    fc
      .uint8Array({ maxLength: 200 })
      .map((random) => new Uint8Array([...new TextEncoder().encode('ciba'), ...random])),
  );
  const paths = fc.constantFrom(endpoints.backchannel_authentication, endpoints.token);
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom(...types), paths, async (body, type, path) => {
      const { status } = await fetch(world.issuer + path, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa('logiciel:a-secret-of-the-tests')}`,
          ...(type === '' ? {} : { 'content-type': type }),
        },
        body: new Uint8Array(body),
      });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 150 },
  );
}, 120_000);
