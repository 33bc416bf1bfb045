import { applicationDeclarationSchema } from '@psc/contracts';
import { describe, expect, it } from 'vitest';
import { createMemoryApplications } from '#src/adapters/applications.memory.ts';
import { createAddApplication } from './add-application.ts';
import { createChangeStatus } from './change-status.ts';
import { createRemoveApplication } from './remove-application.ts';
import { createRotateSecret } from './rotate-secret.ts';

const signature = { operator: 'camille', at: 1_000, reason: 'because' };
const HOUR_MS = 3_600_000;

function world() {
  const applications = createMemoryApplications();
  let invented = 0;
  const needs = { applications, inventSecret: () => `invented-${++invented}` };
  const add = createAddApplication(needs);
  return {
    applications,
    add: (status: 'requested' | 'approved' = 'approved', change: object = {}) =>
      add(
        applicationDeclarationSchema.parse({
          client_id: 'dossier',
          client_name: 'Dossier',
          redirect_uris: ['https://dossier.example/callback'],
          ...change,
        }),
        status,
        signature,
      ),
    changeStatus: (to: 'requested' | 'approved' | 'suspended') =>
      createChangeStatus(needs)('dossier', to, signature),
    rotate: (graceMs: number) => createRotateSecret(needs)('dossier', graceMs, signature),
    remove: () => createRemoveApplication(needs)('dossier', signature),
    status: async () => (await applications.find('dossier'))?.status,
  };
}

describe('an application', () => {
  it('is added with a secret that is told once, unless it has one or needs none', async () => {
    expect(await world().add()).toMatchObject({ value: { inventedSecret: 'invented-1' } });
    const silent = { value: { inventedSecret: undefined } };
    expect(await world().add('approved', { client_secret: 'a-secret-of-the-tests' })).toMatchObject(silent);
    expect(await world().add('approved', { token_endpoint_auth_method: 'none' })).toMatchObject(silent);
  });

  it('is not added over another one', async () => {
    const { add, applications } = world();
    await add();
    expect(await add('approved', { client_name: 'Autre' })).toEqual({ ok: false, refusal: 'exists' });
    expect((await applications.find('dossier'))?.declaration.client_name).toBe('Dossier');
  });

  it('is requested, approved, suspended and reinstated', async () => {
    const { add, changeStatus, applications } = world();
    await add('requested');
    for (const to of ['approved', 'suspended', 'approved'] as const)
      expect(await changeStatus(to)).toMatchObject({ ok: true });
    const history = await applications.history('dossier');
    expect(history.map(({ from, to, operator, reason }) => [from, to, operator, reason])).toEqual([
      [undefined, 'requested', 'camille', 'because'],
      ['requested', 'approved', 'camille', 'because'],
      ['approved', 'suspended', 'camille', 'because'],
      ['suspended', 'approved', 'camille', 'because'],
    ]);
  });

  it('goes nowhere else, and nothing is written of it', async () => {
    const { add, changeStatus, status, applications } = world();
    expect(await changeStatus('approved')).toEqual({ ok: false, refusal: 'unknown' });
    await add('requested');
    expect(await changeStatus('suspended')).toEqual({ ok: false, refusal: 'impossible' });
    expect(await changeStatus('requested')).toEqual({ ok: false, refusal: 'already' });
    expect(await status()).toBe('requested');
    await changeStatus('approved');
    expect(await changeStatus('requested')).toEqual({ ok: false, refusal: 'impossible' });
    expect(await status()).toBe('approved');
    expect(await applications.history('dossier')).toHaveLength(2);
  });

  it('is suspended once, by one of two who do it at once', async () => {
    const { add, changeStatus } = world();
    await add();
    const both = await Promise.all([changeStatus('suspended'), changeStatus('suspended')]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('is removed while it is requested only', async () => {
    const { add, remove, changeStatus, status } = world();
    expect(await remove()).toEqual({ ok: false, refusal: 'unknown' });
    await add('requested');
    expect(await remove()).toMatchObject({ ok: true });
    expect(await status()).toBeUndefined();
    await add('requested');
    await changeStatus('approved');
    expect(await remove()).toEqual({ ok: false, refusal: 'not_requested' });
    expect(await status()).toBe('approved');
  });
});

describe('the secret of an application', () => {
  it('is replaced at once', async () => {
    const { add, rotate, applications } = world();
    await add();
    expect(await rotate(0)).toEqual({ ok: true, value: { secret: 'invented-2', formerUntil: undefined } });
    expect(await applications.find('dossier')).toMatchObject({
      secret: 'invented-2',
      formerSecret: undefined,
    });
  });

  it('works beside the former one for a while', async () => {
    const { add, rotate, applications } = world();
    await add();
    await rotate(HOUR_MS);
    expect(await applications.find('dossier')).toMatchObject({
      secret: 'invented-2',
      formerSecret: { value: 'invented-1', until: signature.at + HOUR_MS },
    });
  });

  it('is not given to one that has none', async () => {
    const { add, rotate, applications } = world();
    expect(await rotate(0)).toEqual({ ok: false, refusal: 'unknown' });
    await add('approved', { token_endpoint_auth_method: 'none' });
    expect(await rotate(0)).toEqual({ ok: false, refusal: 'has_no_secret' });
    expect((await applications.find('dossier'))?.secret).toBe('');
  });
});
