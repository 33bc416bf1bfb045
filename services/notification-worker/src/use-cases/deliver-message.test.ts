import type { MessageOutcome } from '@psc/contracts';
import { Bug, Unavailable } from '@psc/kernel';
import { describe, expect, it } from 'vitest';
import { createMemoryMessageDeliveries } from '#src/adapters/message-deliveries.memory.ts';
import type { Attempted } from '#src/domain/attempt.ts';
import type { MailAnswer } from '#src/domain/message.ts';
import { createDeliverMessage, type DeliverMessageNeeds } from './deliver-message.ts';

const now = Date.UTC(2026, 10, 22, 12);
const job = { messageId: 'm1', traceparent: '' };
const first = { number: 1, last: false, queuedAt: now - 3_000 };
const prepared = {
  channel: 'email',
  kind: 'contact-changed',
  to: 'camille@cabinet.example',
  subject: 'Bonjour',
  text: 'Bonjour',
} as const;

/** A world where nothing may be called but what the test says. */
function unexpected(): never {
  throw new Error('called unexpectedly');
}
const away = async () => {
  throw new Unavailable('service_unavailable', 'unplugged');
};

function createWorld(needs: Partial<DeliverMessageNeeds> = {}, answer: MailAnswer = { kind: 'taken' }) {
  const deliveries = createMemoryMessageDeliveries();
  const sent: string[] = [];
  const settled: MessageOutcome[] = [];
  const attempts: (readonly [string, Attempted])[] = [];
  const delays: number[] = [];
  const troubles: string[] = [];
  const deliver = createDeliverMessage({
    owedMessages: {
      prepare: async () => prepared,
      settle: async (_id, outcome) => void settled.push(outcome),
    },
    deliveries,
    mails: {
      async send({ messageId, to }) {
        sent.push(`${messageId} ${to}`);
        return answer;
      },
    },
    texts: { send: unexpected },
    onAttempted: (channel, attempted) => attempts.push([channel, attempted]),
    onDelivered: (_channel, afterMs) => delays.push(afterMs),
    onUnrecorded: () => troubles.push('unrecorded'),
    onUnsettled: () => troubles.push('unsettled'),
    clock: () => now,
    random: () => 0,
    ...needs,
  });
  return { deliver, deliveries, sent, settled, attempts, delays, troubles };
}

describe('a message', () => {
  it('is sent, recorded, told to auth-broker and measured', async () => {
    const world = createWorld();
    expect(await world.deliver(job, first)).toEqual({ outcome: 'delivered' });
    expect(world).toMatchObject({
      sent: ['m1 camille@cabinet.example'],
      settled: ['sent'],
      attempts: [['email', { outcome: 'delivered' }]],
      delays: [3_000],
      troubles: [],
    });
    expect(await world.deliveries.find('m1')).toMatchObject({
      settled: { outcome: 'delivered' },
      attempts: 1,
    });
  });

  it('is neither recorded nor settled while it can still be tried', async () => {
    const world = createWorld({}, { kind: 'rejected', code: 451 });
    const postponed = { outcome: 'postponed', reason: 'smtp_451', delayMs: 15_000 };
    expect(await world.deliver(job, first)).toEqual(postponed);
    expect([world.settled, await world.deliveries.find('m1')]).toEqual([[], undefined]);
  });

  it.each([401, 403, 404])(
    'is tried again when the SMS gateway answers %i: that is about us',
    async (status) => {
      const sms = { channel: 'sms', kind: 'contact-changed', to: '+33639980001', text: 'Bonjour' } as const;
      const world = createWorld({
        owedMessages: { prepare: async () => sms, settle: unexpected },
        texts: { send: async () => ({ kind: 'answered', status, retryAfterMs: 0 }) },
      });
      const postponed = { outcome: 'postponed', reason: `status_${status}` };
      expect(await world.deliver(job, first)).toMatchObject(postponed);
    },
  );

  it('has failed when its last attempt was hindered', async () => {
    const world = createWorld({}, { kind: 'rejected', code: 451 });
    const failed = { outcome: 'failed', reason: 'smtp_451' };
    expect(await world.deliver(job, { ...first, number: 12, last: true })).toEqual(failed);
    expect(world.settled).toEqual(['failed']);
    expect(await world.deliveries.find('m1')).toMatchObject({ settled: failed, attempts: 12 });
  });

  it('comes back when auth-broker does not answer', async () => {
    const world = createWorld({ owedMessages: { prepare: away, settle: unexpected } });
    expect(await world.deliver(job, first)).toMatchObject({
      outcome: 'postponed',
      reason: 'service_unavailable',
    });
    expect(world.attempts).toMatchObject([['', { outcome: 'postponed' }]]);
    expect(world.sent).toEqual([]);
  });

  it('is sent although our own record does not answer', async () => {
    const world = createWorld({ deliveries: { find: away, record: away } });
    expect(await world.deliver(job, first)).toEqual({ outcome: 'delivered' });
    expect(world).toMatchObject({ settled: ['sent'], troubles: ['unrecorded', 'unrecorded'] });
  });

  it('is sent once, and told of as soon as auth-broker can hear it', async () => {
    const world = createWorld({ owedMessages: { prepare: async () => prepared, settle: away } });
    await world.deliver(job, first);
    expect(world.troubles).toEqual(['unsettled']);

    const told: MessageOutcome[] = [];
    const owedMessages = {
      prepare: unexpected,
      settle: async (_id: string, outcome: MessageOutcome) => void told.push(outcome),
    };
    const next = createWorld({ deliveries: world.deliveries, owedMessages });
    expect(await next.deliver(job, first)).toEqual({ outcome: 'dropped', reason: 'already_sent' });
    expect([told, next.sent]).toEqual([['sent'], []]);
  });

  it('that failed once can be sent all the same', async () => {
    const world = createWorld({}, { kind: 'rejected', code: 550 });
    await world.deliver(job, first);
    const next = createWorld({ deliveries: world.deliveries });
    expect(await next.deliver(job, first)).toEqual({ outcome: 'delivered' });
    expect(next.sent).toHaveLength(1);
  });

  it('lets a bug through', async () => {
    const prepare = async () => {
      throw new Bug('broken', 'a bug');
    };
    const world = createWorld({ owedMessages: { prepare, settle: unexpected } });
    await expect(world.deliver(job, first)).rejects.toThrow('a bug');
  });
});
