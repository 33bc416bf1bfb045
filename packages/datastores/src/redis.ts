import { Unavailable } from '@psc/kernel';
import { Redis, type RedisOptions } from 'ioredis';

/** What a connection is used for decides how it fails. */
export type RedisUse =
  /** Request path: fails fast, so that a person gets an answer. */
  | 'commands'
  /** Publish/subscribe: waits for ever and subscribes again by itself. */
  | 'subscriber'
  /** A BullMQ worker: blocks, waits for ever. */
  | 'worker'
  /** A BullMQ producer: fails fast. */
  | 'queue';

const COMMAND_TIMEOUT_MS = 2_000;
const OPEN_TIMEOUT_MS = 5_000;

/**
 * Opens a connection and waits until it answers. `url`: `redis://` or `rediss://`, with credentials and database.
 * Throws `Unavailable` when the server does not answer within 5 s. `onError` hears every later loss; ioredis reconnects
 * by itself.
 */
export async function openRedis(url: string, use: RedisUse, onError: (error: Error) => void): Promise<Redis> {
  const redis = new Redis(url, { ...presets[use], lazyConnect: true, connectTimeout: OPEN_TIMEOUT_MS });
  redis.on('error', onError);
  // `connectTimeout` ends with the TCP handshake: a server that accepts and then says nothing would hold us for ever.
  const overdue = setTimeout(() => redis.disconnect(), OPEN_TIMEOUT_MS);
  try {
    await redis.connect();
    return redis;
  } catch (cause) {
    // Nobody holds this connection: left alone it would reconnect for ever and keep the process alive.
    redis.disconnect();
    return redisUnavailable(cause);
  } finally {
    clearTimeout(overdue);
  }
}

/** What adapters do with any failure of Redis: `await redis.get(key).catch(redisUnavailable)`. */
export function redisUnavailable(cause: unknown): never {
  // ioredis hangs the failed command on its error, arguments included: they must not follow it into a log.
  if (cause instanceof Error) Reflect.deleteProperty(cause, 'command');
  throw new Unavailable('redis_unavailable', 'Redis did not answer', { cause });
}

const patient = {
  maxRetriesPerRequest: null,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} satisfies RedisOptions;

const impatient = {
  enableOfflineQueue: false,
  // A command whose connection was lost may have been executed: sent again, a take that succeeded would look replayed
  // and a counter would count twice. So it fails, at once.
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  retryStrategy: (attempt: number) => Math.min(attempt * 50, 1_000),
} satisfies RedisOptions;

// No automatic pipelines: measured, they gain nothing here, and they send the commands of one request inside the trace
// of another.
const presets = {
  commands: impatient,
  queue: impatient,
  subscriber: patient,
  worker: patient,
} satisfies Record<RedisUse, RedisOptions>;
