import { preparedMessageSchema } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import { describe, expect, it } from 'vitest';
import { createMemoryOwedMessages } from '#src/adapters/owed-messages.memory.ts';
import { createPrepareMessage } from './prepare-message.ts';
import { createQueueDueMessages } from './queue-due-messages.ts';
import { createSendMessage, QUEUED_AFTER_MS, QUEUED_AGAIN_MS } from './send-message.ts';

const start = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;
const content = { kind: 'contact-changed', contact: 'phone', changedAt: start - HOUR } as const;
const toPhone = { channel: 'sms', to: '06 39 98 12 34', content, cause: 'event-1' } as const;
const toMail = { channel: 'email', to: 'camille@cabinet.example', content, cause: 'event-1' } as const;

function createWorld() {
  const time = { now: start };
  const clock = () => time.now;
  const owedMessages = createMemoryOwedMessages();
  const queue: string[] = [];
  const unqueued: Unavailable[] = [];
  const broken = new Set<'queue'>();
  const messages = {
    async queue(ids: readonly string[]) {
      if (broken.has('queue')) throw new Unavailable('queue_unavailable', 'unplugged');
      queue.push(...ids);
    },
  };
  return {
    time,
    queue,
    unqueued,
    broken,
    owedMessages,
    send: createSendMessage({
      owedMessages,
      messages,
      digest: (words) => Buffer.from(words).toString('base64url'),
      lifetimeMs: 24 * HOUR,
      onUnqueued: (error) => unqueued.push(error),
      clock,
    }),
    prepare: createPrepareMessage({ owedMessages, reportUrl: 'https://wallet.example/signalement', clock }),
    sweep: createQueueDueMessages({ owedMessages, messages, clock }),
  };
}

type World = ReturnType<typeof createWorld>;

async function send(world: World, message: Parameters<World['send']>[0]) {
  const sent = await world.send(message);
  return sent.ok ? sent.value.messageId : expect.fail(sent.refusal);
}

describe('a message that we owe', () => {
  it('is queued, and prepared for whom and what it says', async () => {
    const world = createWorld();
    const [sms, mail] = [await send(world, toPhone), await send(world, toMail)];
    expect(world.queue).toEqual([sms, mail]);
    expect(await world.prepare(sms)).toMatchObject({ channel: 'sms', to: '+33639981234' });
    expect(await world.prepare(mail)).toMatchObject({
      channel: 'email',
      kind: 'contact-changed',
      to: 'camille@cabinet.example',
      subject: 'Votre numéro de téléphone a été modifié',
    });
    for (const id of [sms, mail])
      expect(preparedMessageSchema.safeParse(await world.prepare(id)).success).toBe(true);
  });

  it('is sent once for one cause, even after it was sent', async () => {
    const world = createWorld();
    const id = await send(world, toPhone);
    expect(await send(world, toPhone)).toBe(id);
    await world.owedMessages.settle(id, 'sent');
    expect(await send(world, toPhone)).toBe(id);
    expect(world.queue).toEqual([id]);
    expect(await send(world, { ...toPhone, cause: 'event-2' })).not.toBe(id);
    expect(world.queue).toHaveLength(2);
  });

  it('is refused when nothing can reach its recipient, and is not owed', async () => {
    const world = createWorld();
    for (const to of ['', 'absent'])
      expect(await world.send({ ...toPhone, to })).toEqual({ ok: false, refusal: 'recipient_malformed' });
    world.time.now += HOUR;
    expect(await world.sweep()).toEqual({ queued: 0, forgotten: 0 });
    expect(world.queue).toEqual([]);
  });

  it('is queued later when the queue does not answer', async () => {
    const world = createWorld();
    world.broken.add('queue');
    const id = await send(world, toPhone);
    expect(world.unqueued).toHaveLength(1);
    world.time.now += QUEUED_AFTER_MS;
    await expect(world.sweep()).rejects.toThrow(Unavailable);
    world.broken.clear();
    expect(await world.sweep()).toEqual({ queued: 0, forgotten: 0 });
    world.time.now += QUEUED_AFTER_MS;
    expect(await world.sweep()).toEqual({ queued: 1, forgotten: 0 });
    expect(world.queue).toEqual([id]);
  });

  it('is queued again every hour until it is settled, in case the queue was lost', async () => {
    const world = createWorld();
    const id = await send(world, toPhone);
    world.time.now += QUEUED_AGAIN_MS - 1;
    expect((await world.sweep()).queued).toBe(0);
    world.time.now += 1;
    expect((await world.sweep()).queued).toBe(1);
    await world.owedMessages.settle(id, 'failed');
    world.time.now += QUEUED_AGAIN_MS;
    expect((await world.sweep()).queued).toBe(0);
  });

  it('is not sent when it is too old, and is erased', async () => {
    const world = createWorld();
    const id = await send(world, toPhone);
    world.time.now += 24 * HOUR;
    expect(await world.prepare(id)).toBeUndefined();
    expect(await world.sweep()).toEqual({ queued: 0, forgotten: 1 });
    expect(await world.owedMessages.find(id, start)).toBeUndefined();
  });
});
