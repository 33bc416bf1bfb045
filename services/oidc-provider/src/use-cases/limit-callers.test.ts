import { createMemoryQuotas, networkOf } from '@psc/quotas';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, type CallerLimits, createCallerLimits } from './limit-callers.ts';

const MINUTE = 60_000;
let now: number;
let limits: CallerLimits;
beforeEach(() => {
  now = 1_000_000;
  const quotas = createMemoryQuotas(() => now);
  limits = createCallerLimits(
    { quotas, pseudonym: (value) => value, networkOf, clock: () => now },
    {
      failures: 3,
      failuresPerAddress: 7,
      lockoutMs: 5 * MINUTE,
      callsPerMinute: 20,
      callsPerAddressPerMinute: 15,
      loginsPerAddressPerMinute: 4,
    },
  );
});

const dossier: Caller = { clientId: 'dossier', address: '192.0.2.1' };
const admitted = { ok: true, value: { hasFailed: false } };

async function fail(caller: Caller, times: number): Promise<boolean[]> {
  const locking: boolean[] = [];
  for (let i = 0; i < times; i++) locking.push(await limits.noteFailure(caller));
  return locking;
}

describe('an application that cannot prove who it is', () => {
  it('is refused after so many failures, for a whole lockout after the last', async () => {
    expect(await fail(dossier, 2)).toEqual([false, false]);
    now += 4 * MINUTE;
    expect(await limits.admitApplication(dossier)).toMatchObject({ ok: true });
    expect(await fail(dossier, 1)).toEqual([true]);
    now += 4 * MINUTE;
    expect(await limits.admitApplication(dossier)).toEqual({
      ok: false,
      refusal: 'application_locked_out',
      retryAfterMs: MINUTE,
    });
    now += MINUTE;
    expect(await limits.admitApplication(dossier)).toEqual(admitted);
  });

  it('goes on from other addresses, and others go on from its own', async () => {
    await fail(dossier, 3);
    expect(await limits.admitApplication({ ...dossier, address: '192.0.2.2' })).toEqual(admitted);
    expect(await limits.admitApplication({ ...dossier, clientId: 'agenda' })).toEqual(admitted);
    expect(await limits.admitApplication(dossier)).toMatchObject({ ok: false });
  });

  it('has as many tries again once it could', async () => {
    await fail(dossier, 2);
    expect(await limits.admitApplication(dossier)).toEqual({ ok: true, value: { hasFailed: true } });
    await limits.noteSuccess(dossier, { hasFailed: true });
    expect(await limits.admitApplication(dossier)).toEqual(admitted);
    expect(await fail(dossier, 3)).toEqual([false, false, true]);
  });

  it('is the same one from all addresses of an IPv6 network', async () => {
    for (const end of ['1', '2', '3']) await fail({ ...dossier, address: `2001:db8:1:2::${end}` }, 1);
    expect(await limits.admitApplication({ ...dossier, address: '2001:db8:1:2::4' })).toMatchObject({
      refusal: 'application_locked_out',
    });
    expect(await limits.admitApplication({ ...dossier, address: '2001:db8:1:3::4' })).toEqual(admitted);
  });

  it('takes its address with it, when others there fail as often', async () => {
    for (const clientId of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await fail({ ...dossier, clientId }, 1);
    expect(await limits.admitApplication({ ...dossier, clientId: 'h' })).toEqual({
      ok: false,
      refusal: 'address_locked_out',
      retryAfterMs: 5 * MINUTE,
    });
    await limits.noteSuccess(dossier, { hasFailed: true });
    expect(await limits.admitApplication(dossier)).toMatchObject({ refusal: 'address_locked_out' });
    expect(await limits.admitApplication({ ...dossier, address: '192.0.2.2' })).toEqual(admitted);
  });
});

describe('calls', () => {
  it('of one address are limited by the minute', async () => {
    for (let i = 0; i < 15; i++)
      expect(await limits.admitApplication({ ...dossier, clientId: `${i}` })).toEqual(admitted);
    expect(await limits.admitApplication(dossier)).toEqual({
      ok: false,
      refusal: 'address_too_frequent',
      retryAfterMs: MINUTE,
    });
    now += MINUTE;
    expect(await limits.admitApplication(dossier)).toEqual(admitted);
  });

  it('of one application are limited by the minute, wherever they come from', async () => {
    const proved = (address: string) => limits.noteSuccess({ ...dossier, address }, { hasFailed: false });
    for (let i = 0; i < 20; i++) await proved(`192.0.2.${i}`);
    const elsewhere = { ...dossier, address: '192.0.2.99' };
    expect(await limits.admitApplication(elsewhere)).toEqual(admitted);
    await proved('192.0.2.20');
    expect(await limits.admitApplication(elsewhere)).toEqual({
      ok: false,
      refusal: 'application_too_frequent',
      retryAfterMs: MINUTE,
    });
    expect(await limits.admitApplication({ ...elsewhere, clientId: 'agenda' })).toEqual(admitted);
    now += MINUTE;
    expect(await limits.admitApplication(elsewhere)).toEqual(admitted);
  });

  it('that only name an application use up nothing of its own', async () => {
    for (let i = 0; i < 50; i++) await limits.admitApplication({ ...dossier, address: `198.51.100.${i}` });
    await limits.noteSuccess(dossier, { hasFailed: false });
    expect(await limits.admitApplication(dossier)).toEqual(admitted);
  });

  it('of browsers are limited by the minute and address, apart from those of applications', async () => {
    for (let i = 0; i < 4; i++) expect(await limits.admitBrowser('192.0.2.1')).toEqual(admitted);
    expect(await limits.admitBrowser('192.0.2.1')).toMatchObject({ refusal: 'address_too_frequent' });
    expect(await limits.admitBrowser('192.0.2.2')).toEqual(admitted);
    expect(await limits.admitApplication(dossier)).toEqual(admitted);
  });
});
