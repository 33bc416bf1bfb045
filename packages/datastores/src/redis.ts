import { Redis, type RedisOptions } from 'ioredis';

/** What a connection is used for decides how it fails. */
export type RedisUse =
  /** Request path: fails fast, so that a person gets an answer. Commands of one tick share a round trip. */
  | 'commands'
  /** Publish/subscribe: waits for ever and subscribes again by itself. */
  | 'subscriber'
  /** A BullMQ worker: blocks, waits for ever. */
  | 'worker'
  /** A BullMQ producer: fails fast. */
  | 'queue';

const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Opens a connection and waits until it answers. `url`: `redis://` or `rediss://`, with credentials and database.
 * Rejects when the server cannot be reached within 5 s. `onError` hears every later loss; ioredis reconnects by itself.
 */
export async function openRedis(url: string, use: RedisUse, onError: (error: Error) => void): Promise<Redis> {
  const options = { ...presets[use], lazyConnect: true, connectTimeout: CONNECT_TIMEOUT_MS };
  const redis = new Redis(url, options);
  redis.on('error', onError);
  await redis.connect();
  return redis;
}

const patient = {
  maxRetriesPerRequest: null,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} satisfies RedisOptions;

const impatient = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: COMMAND_TIMEOUT_MS,
  retryStrategy: (attempt: number) => Math.min(attempt * 50, 1_000),
} satisfies RedisOptions;

const presets = {
  commands: { ...impatient, enableAutoPipelining: true },
  queue: impatient,
  subscriber: patient,
  worker: patient,
} satisfies Record<RedisUse, RedisOptions>;
