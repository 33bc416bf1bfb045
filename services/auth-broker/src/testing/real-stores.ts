import { randomBytes } from 'node:crypto';
import { createRedisApprovals } from '@psc/approvals';
import {
  type ApplicationCallJob,
  applicationCallJobSchema,
  applicationCallQueue,
  type MessageJob,
  messageQueue,
  type NotificationJob,
  notificationJobSchema,
  notificationQueue,
} from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import { createRedisQuotas } from '@psc/quotas';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import { inject } from 'vitest';
import { createBullmqApplicationCalls } from '#src/adapters/application-calls.bullmq.ts';
import { createPostgresDevices } from '#src/adapters/devices.postgres.ts';
import { createPostgresFraudReports } from '#src/adapters/fraud-reports.postgres.ts';
import { createBullmqMessages } from '#src/adapters/messages.bullmq.ts';
import { createBullmqNotifications } from '#src/adapters/notifications.bullmq.ts';
import { createPostgresOwedMessages } from '#src/adapters/owed-messages.postgres.ts';
import type { Settings } from '#src/compose.ts';
import { createWorld, type World } from './world.ts';

/** Worlds on one PostgreSQL and one Redis, until they are closed. */
export interface RealStores {
  openWorld(settings?: Partial<Settings>): Promise<World>;
  close(): Promise<void>;
}

export async function openRealStores(): Promise<RealStores> {
  const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
  const time = { now: 0 };
  const database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  const redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
  const subscriber = await openRedis(inject('redisUrl'), 'subscriber', () => undefined);
  const approvals = createRedisApprovals({ redis, subscriber, seal, clock: () => time.now });
  const prefix = `{test:${randomBytes(8).toString('hex')}}`;
  const queue = new Queue<NotificationJob>(notificationQueue, { connection: redis, prefix });
  const calls = new Queue<ApplicationCallJob>(applicationCallQueue, { connection: redis, prefix });
  const messages = new Queue<MessageJob>(messageQueue, { connection: redis, prefix });

  return {
    async openWorld(settings) {
      time.now = Date.now();
      const stores = {
        approvals,
        devices: createPostgresDevices(database.postgres, seal),
        fraudReports: createPostgresFraudReports(database.postgres),
        quotas: createRedisQuotas(redis),
        notifications: createBullmqNotifications(queue),
        async notified(approvalId: string) {
          const jobs = (await queue.getWaiting()).map(({ data }) => notificationJobSchema.parse(data));
          return jobs.filter((job) => job.approvalId === approvalId).map(({ deviceId }) => deviceId);
        },
        calls: createBullmqApplicationCalls(calls),
        owedMessages: createPostgresOwedMessages(database.postgres, seal),
        messages: createBullmqMessages(messages),
        async pinged(approvalId: string) {
          const jobs = (await calls.getWaiting()).map(({ data }) => applicationCallJobSchema.parse(data));
          const pings = jobs.filter(({ kind, callId }) => kind === 'ping' && callId === approvalId);
          return pings.map(({ clientId }) => clientId);
        },
      };
      return createWorld(stores, time, settings);
    },

    async close() {
      for (const each of [queue, calls, messages]) {
        await each.obliterate({ force: true });
        await each.close();
      }
      await approvals.close();
      redis.disconnect();
      subscriber.disconnect();
      await database.close();
    },
  };
}
