import { Bug, Unavailable } from '@psc/kernel';
import { describe, expect, it } from 'vitest';
import type { CallAnswer } from '#src/domain/application-call.ts';
import type { Attempted } from '#src/domain/attempt.ts';
import { createSilences } from '#src/domain/silences.ts';
import { createMakeApplicationCall, type MakeApplicationCallNeeds } from './make-application-call.ts';

const now = Date.UTC(2026, 5, 1, 12);
const job = { kind: 'logout', callId: 'call-1', clientId: 'app', traceparent: '' } as const;
const first = { number: 1, last: false, queuedAt: now - 3_000 };
const prepared = {
  url: 'https://app.example/logout',
  contentType: 'application/x-www-form-urlencoded',
  authorization: '',
  body: 'logout_token=a.b.c',
} as const;

/** A world where nothing may be called but what the test says. */
function unexpected(): never {
  throw new Error('called unexpectedly');
}

function createWorld(needs: Partial<MakeApplicationCallNeeds>) {
  const attempts: Attempted[] = [];
  const delays: number[] = [];
  const make = createMakeApplicationCall({
    owedCalls: { prepare: unexpected },
    applications: { call: unexpected },
    silences: createSilences(),
    onAttempted: (_kind, attempted) => attempts.push(attempted),
    onDelivered: (_kind, afterMs) => delays.push(afterMs),
    clock: () => now,
    random: () => 0,
    ...needs,
  });
  return { make, attempts, delays };
}

const owedCalls = { prepare: async () => prepared };
const applications = (answer: CallAnswer) => ({ call: async () => answer });
const silence: CallAnswer = { kind: 'unanswered', reason: 'call_timed_out' };

describe('making a call to an application', () => {
  it('sends what oidc-provider prepared, and says how long it took', async () => {
    const sent: unknown[] = [];
    const world = createWorld({
      owedCalls,
      applications: {
        async call(what) {
          sent.push(what);
          return { kind: 'answered', status: 204, retryAfterMs: 0 };
        },
      },
    });
    expect(await world.make(job, first)).toEqual({ outcome: 'delivered' });
    expect(sent).toEqual([prepared]);
    expect([world.attempts, world.delays]).toEqual([[{ outcome: 'delivered' }], [3_000]]);
  });

  it('calls nobody when the call is not owed any more', async () => {
    const world = createWorld({ owedCalls: { prepare: async () => undefined } });
    expect(await world.make(job, first)).toEqual({ outcome: 'dropped', reason: 'not_owed' });
  });

  it('comes back when oidc-provider does not answer, then fails with the last attempt', async () => {
    const away = async () => {
      throw new Unavailable('service_unavailable', 'oidc-provider did not answer');
    };
    const world = createWorld({ owedCalls: { prepare: away } });
    const reason = 'service_unavailable';
    expect(await world.make(job, first)).toEqual({ outcome: 'postponed', reason, delayMs: 5_000 });
    const last = { ...first, number: 10, last: true };
    expect(await world.make(job, last)).toEqual({ outcome: 'failed', reason });
  });

  it('comes back sooner for a ping than for a logout', async () => {
    const world = createWorld({ owedCalls, applications: applications(silence) });
    const ping = { ...job, kind: 'ping' } as const;
    expect(await world.make(ping, first)).toMatchObject({ outcome: 'postponed', delayMs: 500 });
    expect(await world.make(job, first)).toMatchObject({ outcome: 'postponed', delayMs: 5_000 });
  });

  it('spares an application that is silent, without asking oidc-provider', async () => {
    let asked = 0;
    const world = createWorld({
      owedCalls: {
        async prepare() {
          asked++;
          return prepared;
        },
      },
      applications: applications(silence),
    });
    for (let i = 0; i < 8; i++) await world.make(job, first);
    expect(asked).toBe(5);
    expect(await world.make(job, first)).toMatchObject({
      outcome: 'postponed',
      reason: 'application_silent',
    });
  });

  it('does not hide what is a bug', async () => {
    const broken = async () => {
      throw new Bug('broken', 'broken');
    };
    await expect(createWorld({ owedCalls: { prepare: broken } }).make(job, first)).rejects.toThrow(Bug);
  });
});
