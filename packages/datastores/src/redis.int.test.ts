import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Unavailable } from '@psc/kernel';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type BreakableCable, layCable } from './breakable-cable.ts';
import { openRedis, type RedisUse, redisUnavailable } from './redis.ts';

const ignore = () => undefined;
const uses: readonly RedisUse[] = ['commands', 'queue', 'subscriber', 'worker'];

let cable: BreakableCable;
let opened: Redis[];

beforeEach(async () => {
  cable = await layCable(inject('redisUrl'));
  opened = [];
});

afterEach(async () => {
  for (const redis of opened) redis.disconnect();
  await cable.close();
});

async function open(use: RedisUse): Promise<Redis> {
  const redis = await openRedis(cable.url, use, ignore);
  opened.push(redis);
  return redis;
}

/** What the next event of this name brings. Not `events.once`: that one fails on the errors of a reconnection. */
function next(redis: Redis, event: string): Promise<unknown[]> {
  return new Promise((resolve) => redis.once(event, (...args: unknown[]) => resolve(args)));
}

describe('opening a connection to Redis', () => {
  it.each(uses)('waits until the server answers, for %s', async (use) => {
    expect((await open(use)).status).toBe('ready');
  });

  it.each(uses)(
    'says Unavailable and gives up for good when the server is not there, for %s',
    async (use) => {
      cable.cut();
      await expect(openRedis(cable.url, use, ignore)).rejects.toMatchObject({
        name: 'Unavailable',
        code: 'redis_unavailable',
        cause: expect.any(Error),
      });
      const attempts = cable.connections;
      await pause(250);
      expect(cable.connections).toBe(attempts);
    },
  );

  it.each<RedisUse>(['commands', 'subscriber'])(
    'says Unavailable when the server accepts and then says nothing, for %s',
    async (use) => {
      cable.mute();
      await expect(openRedis(cable.url, use, ignore)).rejects.toBeInstanceOf(Unavailable);
    },
  );
});

describe('a connection for commands', () => {
  it('refuses at once while the server is gone, and works again when it is back', async () => {
    const redis = await open('commands');
    cable.cut();
    await next(redis, 'close');
    await expect(redis.ping()).rejects.toThrow();
    cable.mend();
    await next(redis, 'ready');
    expect(await redis.ping()).toBe('PONG');
  });

  it('gives up on a server that no longer answers', async () => {
    const redis = await open('commands');
    cable.mute();
    await expect(redis.ping()).rejects.toThrow(/timed out/);
  });

  it('never sends a command twice: the one whose answer was lost fails', async () => {
    const redis = await open('commands');
    const key = `test:${randomUUID()}`;
    cable.mute();
    const counted = redis.incr(key);
    const direct = await openRedis(inject('redisUrl'), 'commands', ignore);
    opened.push(direct);
    while ((await direct.get(key)) === null) await pause(5);
    cable.cut();
    await expect(counted).rejects.toThrow();
    cable.mend();
    await next(redis, 'ready');
    expect(await redis.get(key)).toBe('1');
    await redis.del(key);
  });

  it('says that it was lost', async () => {
    const { promise: loss, resolve: onError } = Promise.withResolvers<Error>();
    opened.push(await openRedis(cable.url, 'commands', onError));
    cable.cut();
    expect(await loss).toBeInstanceOf(Error);
  });
});

describe('a failure of Redis', () => {
  it('becomes Unavailable without the arguments of the command', async () => {
    const redis = await open('commands');
    const key = `test:${randomUUID()}`;
    await redis.rpush(key, 'x');
    const failure = await redis
      .hset(key, 'field', 'a secret')
      .catch(redisUnavailable)
      .catch((error) => error);
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure.cause.message).toMatch(/WRONGTYPE/);
    expect(inspect(failure, { depth: 10 })).not.toContain('a secret');
    await redis.del(key);
  });
});

describe('a connection for subscribing', () => {
  it('subscribes again by itself after an outage', async () => {
    const subscriber = await open('subscriber');
    const redis = await open('commands');
    const channel = `test:${randomUUID()}`;
    await subscriber.subscribe(channel);
    cable.cut();
    await Promise.all([next(subscriber, 'close'), next(redis, 'close')]);
    cable.mend();
    await Promise.all([next(subscriber, 'ready'), next(redis, 'ready')]);
    await subscriber.ping();
    const heard = next(subscriber, 'message');
    await redis.publish(channel, 'hello');
    expect(await heard).toEqual([channel, 'hello']);
  });
});
