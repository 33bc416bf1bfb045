import { randomBytes, randomUUID } from 'node:crypto';
import { type MessageJob, messageQueue } from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createBullmqMessages } from '#src/adapters/messages.bullmq.ts';
import { createPostgresOwedMessages } from '#src/adapters/owed-messages.postgres.ts';
import type { Messages } from '#src/ports/messages.ts';
import { composeMessages } from './compose-messages.ts';
import { createIdentities } from './testing/identities.ts';

/** Real PostgreSQL and Redis. */
const closing: (() => unknown)[] = [];
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let queue: Queue<MessageJob>;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../migrations/', import.meta.url));
  closing.push(() => database.close());
  const redis = await openRedis(inject('redisUrl'), 'queue', () => undefined);
  closing.push(() => redis.disconnect());
  const prefix = `{test:${randomBytes(8).toString('hex')}}`;
  queue = new Queue(messageQueue, { connection: redis, prefix });
  closing.push(() => queue.close());
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});
beforeEach(() => queue.obliterate({ force: true }));

const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);

/** A replica of auth-broker, as far as messages go. */
async function start(messages: Messages = createBullmqMessages(queue), clock = Date.now) {
  const { byName } = await createIdentities(['auth-broker'], Date.now);
  const app = fastify();
  const { sendMessage } = await composeMessages(
    app,
    {
      owedMessages: createPostgresOwedMessages(database.postgres, seal),
      messages,
      identity: byName['auth-broker'].identity,
      clock,
    },
    { WALLET_URL: 'https://wallet.example' },
  );
  return { sendMessage, stop: () => app.close() };
}

const aMessage = () => ({
  channel: 'email' as const,
  to: 'camille@cabinet.example',
  content: { kind: 'contact-changed', contact: 'email', changedAt: Date.now() } as const,
  cause: randomUUID(),
});
const waiting = async () => (await queue.getWaiting()).map(({ data }) => data.messageId);

describe('a message to send', () => {
  it('is in the queue once, by its identifier only', async () => {
    const replicas = await Promise.all([start(), start()]);
    const message = aMessage();
    const sent = await Promise.all(replicas.map(({ sendMessage }) => sendMessage(message)));
    const [job, ...others] = await queue.getWaiting();
    expect(others).toEqual([]);
    expect(job?.data).toEqual({ messageId: expect.stringMatching(/^[\w-]{43}$/), traceparent: '' });
    for (const each of sent) expect(each).toEqual({ ok: true, value: { messageId: job?.data.messageId } });
    for (const { stop } of replicas) await stop();
  });

  it('is not lost with the process that died before it was queued: another one queues it', async () => {
    const dying = await start({
      async queue() {
        throw new Error('the process dies here');
      },
    });
    await expect(dying.sendMessage(aMessage())).rejects.toThrow('the process dies here');
    await dying.stop();
    expect(await waiting()).toEqual([]);

    const inAMinute = () => Date.now() + 60_000;
    const replicas = await Promise.all([start(undefined, inAMinute), start(undefined, inAMinute)]);
    await expect.poll(waiting).toHaveLength(1);
    for (const { stop } of replicas) await stop();
    expect(await waiting()).toHaveLength(1);
  });
});
