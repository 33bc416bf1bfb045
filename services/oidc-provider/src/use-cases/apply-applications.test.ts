import { applicationDeclarationSchema } from '@psc/contracts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createMemoryApplications } from '#src/adapters/applications.memory.ts';
import { application } from '#src/testing/applications.ts';
import { createApplyApplications } from './apply-applications.ts';

const declared = (change: object = {}) =>
  applicationDeclarationSchema.parse({
    client_id: 'dossier',
    client_name: 'Dossier',
    client_secret: 'a-secret-of-the-tests',
    redirect_uris: ['https://dossier.example/callback'],
    ...change,
  });

function world() {
  const applications = createMemoryApplications();
  let invented = 0;
  const apply = createApplyApplications({ applications, inventSecret: () => `invented-${++invented}` });
  return { applications, apply: async (change?: object) => (await apply([declared(change)]))[0] };
}

it('an application is made as declared, then nothing changes', async () => {
  const { applications, apply } = world();
  expect(await apply()).toEqual({ clientId: 'dossier', change: 'created', fields: [] });
  expect(await applications.find('dossier')).toEqual(
    application({
      clientId: 'dossier',
      name: 'Dossier',
      postLogoutRedirectUris: [],
      environment: 'production',
    }),
  );
  expect(await apply()).toEqual({ clientId: 'dossier', change: 'unchanged', fields: [] });
});

it('what changed is named, and never quoted', async () => {
  const { apply } = world();
  await apply();
  const change = {
    client_name: 'Dossier patient',
    client_secret: 'another-secret-of-tests',
    psc: { status: 'suspended' },
  };
  expect(await apply(change)).toEqual({
    clientId: 'dossier',
    change: 'changed',
    fields: ['name', 'status', 'secret'],
  });
});

it('a secret that is not declared is invented once, told once, then kept', async () => {
  const { applications, apply } = world();
  expect(await apply({ client_secret: undefined })).toMatchObject({
    change: 'created',
    inventedSecret: 'invented-1',
  });
  expect(await apply({ client_secret: undefined })).toEqual({
    clientId: 'dossier',
    change: 'unchanged',
    fields: [],
  });
  expect((await applications.find('dossier'))?.secret).toBe('invented-1');
});

it('a public application has no secret, and loses the one it had', async () => {
  const { applications, apply } = world();
  await apply();
  await apply({ client_secret: undefined, token_endpoint_auth_method: 'none' });
  expect(await applications.find('dossier')).toMatchObject({ secret: '', authentication: 'none' });
});

it.each([
  ['a redirection over http', { redirect_uris: ['http://dossier.example/callback'] }],
  ['a redirection with a fragment', { redirect_uris: ['https://dossier.example/#x'] }],
  ['a redirection that is a script', { redirect_uris: ['javascript:alert(1)'] }],
  ['a redirection that is no address', { redirect_uris: ['dossier'] }],
  ['no redirection', { redirect_uris: [] }],
  ['a short secret', { client_secret: 'short' }],
  ['a secret for a public application', { token_endpoint_auth_method: 'none' }],
  ['a setting that does not exist', { psc: { challengeFromLoginHint: true } }],
  ['metadata that we do not know', { logo_uri: 'https://dossier.example/logo.png' }],
  [
    'a private key among its public ones',
    { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } },
  ],
  ['no key for its assertions', { client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt' }],
  [
    'no subject for its certificate',
    { client_secret: undefined, token_endpoint_auth_method: 'tls_client_auth' },
  ],
  ['CIBA without a channel', { grant_types: ['urn:openid:params:grant-type:ciba'] }],
  ['ping without an address', { backchannel_token_delivery_mode: 'ping' }],
  ['redirections of development in production', { psc: { loopback_redirects: true } }],
  ['an identifier with a space', { client_id: 'dos sier' }],
])('a declaration is refused with %s', (_what, change) => {
  expect(() => declared(change)).toThrow(z.ZodError);
});
