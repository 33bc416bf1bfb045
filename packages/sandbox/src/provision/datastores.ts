import { join } from 'node:path';
import type { OnDeath } from '#src/supervisor/child.ts';
import { existingPostgres, type PostgresServer, removePostgres, startPostgres } from './postgres.ts';
import { existingRedis, type RedisServer, startRedis } from './redis.ts';

export interface DatastoreSettings {
  /** Holds `postgres`, `redis` and `logs`. */
  readonly directory: string;
  readonly postgresPort: number;
  readonly postgresPassword: string;
  readonly redisPort: number;
  readonly redisPassword: string;
  /** False: faster, and lost with the machine's power. For tests. */
  readonly durable: boolean;
  /** Servers that somebody else runs, used instead of ours. */
  readonly postgresUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  /** Hears of a server of ours that ended although nobody asked. */
  readonly onDeath?: OnDeath | undefined;
}

export interface Datastores {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  stop(): Promise<void>;
}

/** PostgreSQL and Redis, at the same time. When one cannot start, the other does not stay behind. */
export async function startDatastores(settings: DatastoreSettings): Promise<Datastores> {
  const { directory, durable, onDeath } = settings;
  const [postgres, redis] = await Promise.allSettled([
    settings.postgresUrl
      ? existingPostgres(settings.postgresUrl)
      : startPostgres({
          directory: join(directory, 'postgres'),
          port: settings.postgresPort,
          password: settings.postgresPassword,
          logFile: join(directory, 'logs', 'postgresql.log'),
          durable,
          onDeath,
        }),
    settings.redisUrl
      ? existingRedis(settings.redisUrl)
      : startRedis({
          directory: join(directory, 'redis'),
          port: settings.redisPort,
          password: settings.redisPassword,
          logFile: join(directory, 'logs', 'redis.log'),
          durable,
          onDeath,
        }),
  ]);
  if (postgres.status === 'rejected') {
    if (redis.status === 'fulfilled') await redis.value.stop();
    throw postgres.reason;
  }
  if (redis.status === 'rejected') {
    await postgres.value.stop();
    throw redis.reason;
  }
  return {
    postgres: postgres.value,
    redis: redis.value,
    stop: async () => {
      await Promise.all([postgres.value.stop(), redis.value.stop()]);
    },
  };
}

/** Forgets what our own servers have kept below `directory`. */
export async function removeDatastores(directory: string): Promise<void> {
  await removePostgres(join(directory, 'postgres'));
}
