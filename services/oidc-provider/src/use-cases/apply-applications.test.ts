import { applicationDeclarationSchema } from '@psc/contracts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createMemoryApplications } from '#src/adapters/applications.memory.ts';
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
  expect(await applications.find('dossier')).toEqual({
    clientId: 'dossier',
    name: 'Dossier',
    homeUrl: '',
    secret: 'a-secret-of-the-tests',
    redirectUris: ['https://dossier.example/callback'],
    postLogoutRedirectUris: [],
    authentication: 'client_secret_basic',
    idTokenAlg: 'RS256',
    acr: 'eidas1',
    claims: '2024',
    challengeFromLoginHint: false,
    loopbackRedirects: false,
    enabled: true,
  });
  expect(await apply()).toEqual({ clientId: 'dossier', change: 'unchanged', fields: [] });
});

it('what changed is named, and never quoted', async () => {
  const { apply } = world();
  await apply();
  const change = {
    client_name: 'Dossier patient',
    client_secret: 'another-secret-of-tests',
    psc: { status: 'disabled' },
  };
  expect(await apply(change)).toEqual({
    clientId: 'dossier',
    change: 'changed',
    fields: ['name', 'secret', 'enabled'],
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
  ['metadata that we do not know', { jwks_uri: 'https://dossier.example/jwks' }],
  ['an identifier with a space', { client_id: 'dos sier' }],
])('a declaration is refused with %s', (_what, change) => {
  expect(() => declared(change)).toThrow(z.ZodError);
});
