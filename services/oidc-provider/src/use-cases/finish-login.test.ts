import { randomBytes } from 'node:crypto';
import { createMemoryApprovals } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import { approvalProofType } from '@psc/contracts';
import { systemClock, Unavailable } from '@psc/kernel';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIdentityProofs } from '#src/adapters/proofs.identity.ts';
import type { Professional } from '#src/domain/professional.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { createTestIdentities } from '#src/testing/keys.ts';
import { createFinishLogin } from './finish-login.ts';
import { createVerifyLogin } from './verify-login.ts';

let identities: Awaited<ReturnType<typeof createTestIdentities>>;
beforeAll(async () => {
  identities = await createTestIdentities();
});

const browser = 'sha-256-of-the-return-code';

/** A login whose professional was asked; nothing about it is stubbed but the register. */
async function world() {
  const id = randomBytes(32).toString('base64url');
  const approvals = createMemoryApprovals({ clock: systemClock });
  let found: Professional | undefined = camilleLambda;
  let outage = false;
  const verifyLogin = createVerifyLogin({
    proofs: createIdentityProofs(identities.oidcProvider),
    directory: {
      async find() {
        if (outage) throw new Unavailable('directory_unavailable', 'down');
        return found;
      },
    },
  });
  const finishLogin = createFinishLogin({
    approvals,
    verifyLogin,
    trace: (_approval, _step, work) => work(),
  });
  await approvals.open(id, sampleRequest({ clientId: 'dossier', openedAt: systemClock() }));
  const challenge = { nationalId: camilleLambda.nationalId, means: 'ecps', number: '42', browser } as const;
  await approvals.challenge(id, { ...challenge, challengedAt: systemClock() });
  const claims = {
    sub: camilleLambda.nationalId,
    approval: id,
    client: 'dossier',
    means: 'ecps',
    acr: 'eidas1',
    instrument: 'device-1',
    auth_time: 1_760_000_000,
    browser,
  };
  const sign = (
    change: object = {},
    { by = identities.authBroker, typ = approvalProofType, lifetime = 60 } = {},
  ) => by.sign(typ, 'oidc-provider', { ...claims, ...change }, lifetime);
  return {
    approvals,
    id,
    sign,
    approve: async (proof: Promise<string> = sign()) => {
      expect((await approvals.decide(id, { state: 'approved', proof: await proof })).ok).toBe(true);
    },
    /** The same login, had it been asked by CIBA. */
    async verify(proof: string) {
      const approval = await approvals.find(id);
      if (approval?.state !== 'challenged') throw new Error(`not challenged, but ${approval?.state}`);
      const expected = { channel: 'ciba', id, clientId: 'dossier', means: 'ecps' } as const;
      return verifyLogin({ ...approval, state: 'approved', proof }, expected);
    },
    finish: (change: object = {}) => finishLogin({ id, clientId: 'dossier', browser, ...change }),
    setProfessional: (professional: Professional | undefined) => {
      found = professional;
    },
    setOutage: (down: boolean) => {
      outage = down;
    },
  };
}

describe('a login that the professional approved', () => {
  it('is finished, as the proof tells it', async () => {
    const { approve, finish } = await world();
    await approve();
    expect(await finish()).toEqual({
      ok: true,
      value: { nationalId: '899700000013', means: 'ecps', acr: 'eidas1', authTime: 1_760_000_000 },
    });
  });

  it('is finished once, of many at once too', async () => {
    const { approve, finish } = await world();
    await approve();
    const finished = await Promise.all(Array.from({ length: 10 }, () => finish()));
    expect(finished.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await finish()).toEqual({ ok: false, refusal: 'already_finished' });
  });

  it('is refused to another browser than the one that typed the identifier, and stays for that one', async () => {
    const { approve, finish } = await world();
    await approve();
    expect(await finish({ browser: 'another' })).toEqual({ ok: false, refusal: 'other_browser' });
    expect(await finish({ browser: '' })).toEqual({ ok: false, refusal: 'other_browser' });
    expect((await finish()).ok).toBe(true);
  });

  it('is refused when its proof names no browser at all', async () => {
    const { approve, finish, sign } = await world();
    await approve(sign({ browser: undefined }));
    expect(await finish()).toEqual({ ok: false, refusal: 'proof_invalid' });
  });

  it('by CIBA wants a proof of that means which names no browser, and takes no other', async () => {
    const { verify, sign } = await world();
    expect((await verify(await sign({ browser: undefined }))).ok).toBe(true);
    for (const change of [{}, { browser: '' }, { browser: undefined, means: 'cps' }])
      expect(await verify(await sign(change))).toEqual({ ok: false, refusal: 'proof_invalid' });
  });

  it('is refused to another application', async () => {
    const { approve, finish } = await world();
    await approve();
    expect(await finish({ clientId: 'autre' })).toEqual({ ok: false, refusal: 'proof_invalid' });
  });

  it.each([
    ['signed by another key', { by: 'impostor' }],
    ['of another type', { typ: 'service-call+jwt' }],
    ['that has expired', { lifetime: -60 }],
  ] as const)('is refused with a proof %s', async (_what, wrong) => {
    const { approve, finish, sign } = await world();
    await approve(sign({}, { ...wrong, by: 'by' in wrong ? identities.impostor : identities.authBroker }));
    expect(await finish()).toEqual({ ok: false, refusal: 'proof_invalid' });
  });

  it.each([
    ['of another login', { approval: 'another' }],
    ['for another application', { client: 'autre' }],
    ['without a means', { means: undefined }],
    ['of an unknown means', { means: 'password' }],
    ['without a person', { sub: undefined }],
    ['without a time', { auth_time: undefined }],
  ])('is refused with a proof %s', async (_what, change) => {
    const { approve, finish, sign } = await world();
    await approve(sign(change));
    expect(await finish()).toEqual({ ok: false, refusal: 'proof_invalid' });
  });

  it('is refused with a proof that is no proof, or was cut', async () => {
    for (const proof of ['', 'x', 'a.b.c', `${(await (await world()).sign()).slice(0, -2)}`]) {
      const { approve, finish } = await world();
      await approve(Promise.resolve(proof));
      expect(await finish()).toEqual({ ok: false, refusal: 'proof_invalid' });
    }
  });

  it('is refused with a proof made for another service', async () => {
    const { approve, finish, id } = await world();
    const claims = { sub: '899700000013', approval: id, client: 'dossier', means: 'ecps', acr: 'eidas1' };
    const proof = identities.authBroker.sign(
      approvalProofType,
      'notification-worker',
      { ...claims, instrument: 'd', auth_time: 1, browser },
      60,
    );
    await approve(proof);
    expect(await finish()).toEqual({ ok: false, refusal: 'proof_invalid' });
  });

  it('is refused to a professional who may not practise, or whom the register forgot', async () => {
    const { approve, finish, setProfessional } = await world();
    await approve();
    setProfessional({ ...camilleLambda, status: 'inactive' });
    expect(await finish()).toEqual({ ok: false, refusal: 'professional_inactive' });
    setProfessional(undefined);
    expect(await finish()).toEqual({ ok: false, refusal: 'professional_inactive' });
  });

  it('is refused when the register leads that identifier to another one by now', async () => {
    const { approve, finish, setProfessional } = await world();
    await approve();
    setProfessional({ ...camilleLambda, nationalId: '899700000021' });
    expect(await finish()).toEqual({ ok: false, refusal: 'identifier_replaced' });
  });

  it('is not lost when the register does not answer: the browser tries again', async () => {
    const { approve, finish, setOutage } = await world();
    await approve();
    setOutage(true);
    await expect(finish()).rejects.toThrow(Unavailable);
    setOutage(false);
    expect((await finish()).ok).toBe(true);
  });
});

describe('a login that nobody approved', () => {
  it('is not finished', async () => {
    const { finish, approvals, id } = await world();
    expect(await finish()).toEqual({ ok: false, refusal: 'not_approved' });
    await approvals.decide(id, { state: 'denied', reason: 'refused' });
    expect(await finish()).toEqual({ ok: false, refusal: 'not_approved' });
    expect(await finish({ id: 'unknown' })).toEqual({ ok: false, refusal: 'unknown' });
  });

  it('is not finished when it was abandoned', async () => {
    const { finish, approvals, id } = await world();
    await approvals.abandon(id);
    expect(await finish()).toEqual({ ok: false, refusal: 'not_approved' });
  });
});
