import { applicationDeclarationSchema } from '@psc/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createMemoryApplications } from '#src/adapters/applications.memory.ts';
import { type ApplyOptions, createApplyApplications } from './apply-applications.ts';

const declared = (change: object = {}) =>
  applicationDeclarationSchema.parse({
    client_id: 'dossier',
    client_name: 'Dossier',
    client_secret: 'a-secret-of-the-tests',
    redirect_uris: ['https://dossier.example/callback'],
    ...change,
  });
const signature = { operator: 'camille', at: 1_000, reason: '' };

function world() {
  const applications = createMemoryApplications();
  let invented = 0;
  const apply = createApplyApplications({ applications, inventSecret: () => `invented-${++invented}` });
  const applyAll = (changes: readonly object[], options: Partial<ApplyOptions> = {}) =>
    apply(changes.map(declared), { signature, ...options });
  return {
    applications,
    applyAll,
    /** Applies a file of one application; answers what became of it. */
    async apply(change: object = {}, options: Partial<ApplyOptions> = {}) {
      const outcome = await applyAll([change], options);
      if (!outcome.ok) throw new Error('refused');
      return outcome.applied[0];
    },
    move: (from: 'requested' | 'approved', to: 'approved' | 'suspended') =>
      applications.change((changing) => changing.changeStatus('dossier', { from, to }, signature)),
  };
}

describe('a file of applications', () => {
  it('makes one as declared, then changes nothing', async () => {
    const { applications, apply } = world();
    expect(await apply()).toMatchObject({
      clientId: 'dossier',
      change: 'created',
      status: { from: undefined, to: 'approved' },
    });
    const made = await applications.find('dossier');
    expect(made).toMatchObject({ status: 'approved', secret: 'a-secret-of-the-tests' });
    expect(made?.declaration).toMatchObject({ client_name: 'Dossier', psc: { acr: 'eidas1' } });
    expect(await apply()).toMatchObject({ change: 'unchanged', fields: [] });
    expect(await applications.history('dossier')).toHaveLength(1);
  });

  it('names what changed, with the values but those of secrets and of contacts', async () => {
    const { applications, apply } = world();
    await apply({ contacts: ['ancienne@dossier.example'] });
    const changed = await apply({
      client_name: 'Dossier patient',
      client_secret: 'another-secret-of-tests',
      contacts: ['nouvelle@dossier.example'],
      psc: { acr: 'eidas2' },
    });
    expect(changed).toMatchObject({
      change: 'changed',
      fields: [
        { field: 'client_name', before: 'Dossier', after: 'Dossier patient' },
        { field: 'contacts' },
        { field: 'psc.acr', before: 'eidas1', after: 'eidas2' },
        { field: 'client_secret' },
      ],
    });
    expect(JSON.stringify(changed)).not.toMatch(/secret-of|@/);
    const [, entry] = await applications.history('dossier');
    expect(entry).toMatchObject({
      event: 'settings',
      operator: 'camille',
      fields: ['client_name', 'contacts', 'psc.acr', 'client_secret'],
    });
  });

  it('sees no change in the order of the members of a key', async () => {
    const { apply } = world();
    const key = { kty: 'EC', kid: 'a', crv: 'P-256', x: 'x', y: 'y' };
    const other = { y: 'y', x: 'x', crv: 'P-256', kid: 'a', kty: 'EC' };
    await apply({ jwks: { keys: [key] } });
    expect(await apply({ jwks: { keys: [other] } })).toMatchObject({ change: 'unchanged' });
  });

  it('invents a secret that it does not say once, tells it once, then keeps it', async () => {
    const { applications, apply } = world();
    const silent = { client_secret: undefined };
    expect(await apply(silent)).toMatchObject({ change: 'created', inventedSecret: 'invented-1' });
    expect(await apply(silent)).toMatchObject({ change: 'unchanged', inventedSecret: undefined });
    expect((await applications.find('dossier'))?.secret).toBe('invented-1');
  });

  it('takes the secret away from one that becomes public', async () => {
    const { applications, apply } = world();
    await apply();
    await apply({ client_secret: undefined, token_endpoint_auth_method: 'none' });
    expect(await applications.find('dossier')).toMatchObject({
      secret: '',
      declaration: { token_endpoint_auth_method: 'none' },
    });
  });

  it('only says what it would do in a dry run', async () => {
    const { applications, apply } = world();
    const dry = { dryRun: true };
    expect(await apply({ client_secret: undefined }, dry)).toMatchObject({
      change: 'created',
      inventedSecret: undefined,
    });
    expect(await applications.find('dossier')).toBeUndefined();
    await apply();
    expect(await apply({ client_name: 'Autre', psc: { status: 'suspended' } }, dry)).toMatchObject({
      change: 'changed',
      status: { from: 'approved', to: 'suspended' },
      fields: [{ field: 'client_name' }],
    });
    expect(await applications.find('dossier')).toMatchObject({
      status: 'approved',
      declaration: { client_name: 'Dossier' },
    });
    expect(await applications.history('dossier')).toHaveLength(1);
  });
});

describe('the status in a file of applications', () => {
  it('stays as it is when the file does not say it', async () => {
    const { applications, apply, move } = world();
    await apply();
    await move('approved', 'suspended');
    expect(await apply()).toMatchObject({ change: 'unchanged' });
    expect((await applications.find('dossier'))?.status).toBe('suspended');
  });

  it('approves what was requested, and suspends', async () => {
    const { applications, apply } = world();
    await apply({ psc: { status: 'requested' } });
    expect((await applications.find('dossier'))?.status).toBe('requested');
    for (const status of ['approved', 'suspended'] as const) {
      expect(await apply({ psc: { status } })).toMatchObject({ change: 'changed', status: { to: status } });
      expect((await applications.find('dossier'))?.status).toBe(status);
    }
  });

  it('never reinstates: the file does not know why somebody suspended it', async () => {
    const { applications, apply, move } = world();
    const approved = { psc: { status: 'approved' } };
    await apply(approved);
    await move('approved', 'suspended');
    expect(await apply({ ...approved, client_name: 'Autre' })).toMatchObject({
      staysSuspended: true,
      change: 'changed',
      status: undefined,
    });
    expect(await applications.find('dossier')).toMatchObject({
      status: 'suspended',
      declaration: { client_name: 'Autre' },
    });
  });

  it('that cannot be come to has the whole file refused', async () => {
    const { applications, apply, applyAll } = world();
    await apply();
    const outcome = await applyAll([
      { client_id: 'agenda' },
      { client_name: 'Autre', psc: { status: 'requested' } },
    ]);
    expect(outcome).toEqual({
      ok: false,
      refusal: 'impossible',
      impossible: [{ clientId: 'dossier', from: 'approved', to: 'requested' }],
    });
    expect(await applications.find('agenda')).toBeUndefined();
    expect((await applications.find('dossier'))?.declaration.client_name).toBe('Dossier');
  });

  it('of the others becomes suspended when they are pruned: none is removed', async () => {
    const { applications, applyAll } = world();
    const waiting = { client_id: 'demande', psc: { status: 'requested' } };
    await applyAll([{}, { client_id: 'agenda' }, waiting]);
    const outcome = await applyAll([{ client_id: 'agenda' }], { prune: true });
    expect(outcome).toMatchObject({
      applied: [
        { clientId: 'agenda', change: 'unchanged' },
        { clientId: 'dossier', status: { from: 'approved', to: 'suspended' } },
      ],
    });
    const statuses = (await applications.list()).map(({ clientId, status }) => `${clientId} ${status}`);
    expect(statuses).toEqual(['agenda approved', 'demande requested', 'dossier suspended']);
  });
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
  [
    'a subject of its certificate that is none',
    {
      client_secret: undefined,
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: '/C=FR/CN=dossier',
    },
  ],
  [
    'a key that is not the one of a certificate, when it shows its own',
    {
      client_secret: undefined,
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] },
    },
  ],
  [
    'a secret that is too short to sign with',
    { client_secret: 'x'.repeat(31), token_endpoint_auth_method: 'client_secret_jwt' },
  ],
  ['CIBA without a channel', { grant_types: ['urn:openid:params:grant-type:ciba'] }],
  ['ping without an address', { backchannel_token_delivery_mode: 'ping' }],
  ['redirections of development in production', { psc: { loopback_redirects: true } }],
  ['an identifier with a space', { client_id: 'dos sier' }],
  ['a name that moves the cursor', { client_name: 'Dossier\u001b[2J' }],
  ['a name that turns the text around', { client_name: 'Dossier \u202Eelbisiv' }],
  ['a contact that is no address', { contacts: ['camille'] }],
  ['a SIRET with a wrong key', { psc: { organisation: { name: 'Éditeur', siret: '12345678901234' } } }],
  ['a FINESS that is too short', { psc: { organisation: { name: 'Éditeur', finess: '01000' } } }],
])('a declaration is refused with %s', (_what, change) => {
  expect(() => declared(change)).toThrow(z.ZodError);
});
