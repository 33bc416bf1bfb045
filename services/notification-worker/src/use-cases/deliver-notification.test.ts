import type { Approval, ChallengedApproval } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import { Bug, Unavailable } from '@psc/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDeliveries } from '#src/adapters/deliveries.memory.ts';
import type { Attempted } from '#src/domain/attempt.ts';
import type { Push, PushAnswer } from '#src/ports/pushes.ts';
import { createDeliverNotification, type DeliverNotificationNeeds } from './deliver-notification.ts';

const now = Date.UTC(2026, 5, 1, 12);
const job = { approvalId: 'approval-1', deviceId: 'device-1', traceparent: '' };
const first = { number: 1, last: false, queuedAt: now };
const subscription = { endpoint: 'https://push.example/abc', keys: { p256dh: 'p', auth: 'a' } };
const challenged: ChallengedApproval = {
  id: job.approvalId,
  state: 'challenged',
  expiresAt: now + 90_500,
  request: sampleRequest({ openedAt: now - 40_000 }),
  challenge: {
    nationalId: '899700000001',
    means: 'ecps',
    number: '42',
    browser: '',
    challengedAt: now - 29_500,
  },
};

/** A world where nothing may be called but what the test says. */
function unexpected(): never {
  throw new Error('called unexpectedly');
}

const deliveries = { current: createMemoryDeliveries() };
let heard: { attempted: Attempted[]; afterMs: number[]; unrecorded: number };

beforeEach(() => {
  deliveries.current = createMemoryDeliveries();
  heard = { attempted: [], afterMs: [], unrecorded: 0 };
});

function deliver(needs: Partial<DeliverNotificationNeeds>, attempt = first) {
  return createDeliverNotification({
    approvals: { find: unexpected },
    subscriptions: { find: unexpected },
    pushes: { send: unexpected },
    deliveries: deliveries.current,
    onAttempted: (attempted) => heard.attempted.push(attempted),
    onDelivered: (afterMs) => heard.afterMs.push(afterMs),
    onUnrecorded: () => heard.unrecorded++,
    clock: () => now,
    random: () => 0,
    ...needs,
  })(job, attempt);
}

const recorded = () => deliveries.current.find(job.approvalId, job.deviceId);
const approvals = (approval: Approval | undefined) => ({ find: async () => approval });
const subscriptions = { find: async () => subscription };
const pushes = (answer: PushAnswer, sent: Push[] = []) => ({
  async send(push: Push) {
    sent.push(push);
    return answer;
  },
});
const outage = async () => {
  throw new Unavailable('redis_unavailable', 'Redis did not answer');
};

describe('delivering a notification', () => {
  it('pushes the approval, for as long as it can be answered, and records it', async () => {
    const sent: Push[] = [];
    const attempted = await deliver({
      approvals: approvals(challenged),
      subscriptions,
      pushes: pushes({ kind: 'taken' }, sent),
    });
    expect(attempted).toEqual({ outcome: 'delivered' });
    expect(sent).toEqual([
      { subscription, message: '{"approvalId":"approval-1"}', name: 'approval-1.device-1', lifetime: 91 },
    ]);
    expect(await recorded()).toMatchObject({ settled: { outcome: 'delivered' }, attempts: 1, at: now });
    expect(heard).toEqual({ attempted: [attempted], afterMs: [29_500], unrecorded: 0 });
  });

  it.each([
    ['forgotten', undefined],
    ['only opened', { ...challenged, state: 'opened' }],
    ['approved already', { ...challenged, state: 'approved', proof: '' }],
    ['refused', { ...challenged, state: 'denied', reason: 'refused' }],
    ['abandoned', { ...challenged, state: 'expired' }],
    ['out of time', { ...challenged, expiresAt: now }],
  ] as const)('drops the notification of an approval that is %s, and asks nobody', async (_, approval) => {
    const attempted = await deliver({ approvals: approvals(approval) });
    expect(attempted).toEqual({ outcome: 'dropped', reason: 'approval_over' });
    expect(await recorded()).toMatchObject({ settled: attempted });
  });

  it('drops the notification of a device that is unknown, and pushes nothing', async () => {
    const attempted = await deliver({
      approvals: approvals(challenged),
      subscriptions: { find: async () => undefined },
    });
    expect(attempted).toEqual({ outcome: 'dropped', reason: 'no_subscription' });
  });

  it('drops it when the push service forgot the phone', async () => {
    const attempted = await deliver({
      approvals: approvals(challenged),
      subscriptions,
      pushes: pushes({ kind: 'gone' }),
    });
    expect(attempted).toEqual({ outcome: 'dropped', reason: 'subscription_gone' });
  });

  it('fails at once when the push service will never take it', async () => {
    const refused = { kind: 'refused', reason: 'push_rejected' } as const;
    const attempted = await deliver({
      approvals: approvals(challenged),
      subscriptions,
      pushes: pushes(refused),
    });
    expect(attempted).toEqual({ outcome: 'failed', reason: 'push_rejected' });
    expect(await recorded()).toMatchObject({ settled: attempted });
  });

  const busy = pushes({ kind: 'hindered', reason: 'push_too_many_requests', retryAfterMs: 4_000 });

  it('postpones it when the push service asks to wait, and records nothing yet', async () => {
    const attempted = await deliver({ approvals: approvals(challenged), subscriptions, pushes: busy });
    expect(attempted).toEqual({ outcome: 'postponed', reason: 'push_too_many_requests', delayMs: 4_000 });
    expect(await recorded()).toBeUndefined();
  });

  it('fails when the approval will be over by the time the push service would take it', async () => {
    const soonOver = { ...challenged, expiresAt: now + 3_000 };
    const attempted = await deliver({ approvals: approvals(soonOver), subscriptions, pushes: busy });
    expect(attempted).toEqual({ outcome: 'failed', reason: 'push_too_many_requests' });
  });

  it.each([
    ['Redis', { approvals: { find: outage } }],
    ['auth-broker', { approvals: approvals(challenged), subscriptions: { find: outage } }],
  ])('postpones it while %s does not answer, then fails with the last attempt', async (_, needs) => {
    expect(await deliver(needs)).toMatchObject({ outcome: 'postponed', reason: 'redis_unavailable' });
    expect(await deliver(needs, { ...first, number: 6, last: true })).toMatchObject({ outcome: 'failed' });
    expect(await recorded()).toMatchObject({ attempts: 6 });
  });

  it('rings the phone once all the same when the record cannot be written', async () => {
    const attempted = await deliver({
      approvals: approvals(challenged),
      subscriptions,
      pushes: pushes({ kind: 'taken' }),
      deliveries: { record: outage },
    });
    expect(attempted).toEqual({ outcome: 'delivered' });
    expect(heard.unrecorded).toBe(1);
  });

  it('lets a bug through', async () => {
    const find = async () => {
      throw new Bug('impossible', 'two and two are five');
    };
    await expect(deliver({ approvals: { find } })).rejects.toThrow(Bug);
  });
});
