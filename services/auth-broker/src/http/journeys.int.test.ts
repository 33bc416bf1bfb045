import { randomBytes } from 'node:crypto';
import { type Approvals, createRedisApprovals } from '@psc/approvals';
import { type NotificationJob, notificationJobSchema, notificationQueue } from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import { createRedisQuotas } from '@psc/quotas';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, inject } from 'vitest';
import { createPostgresDevices } from '#src/adapters/devices.postgres.ts';
import { createPostgresFraudReports } from '#src/adapters/fraud-reports.postgres.ts';
import { createBullmqNotifications } from '#src/adapters/notifications.bullmq.ts';
import { createWorld } from '#src/testing/world.ts';
import { journeysContract } from './journeys.contract.ts';

const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let redis: Redis;
let subscriber: Redis;
let queue: Queue<NotificationJob>;
let approvals: Approvals;
const time = { now: 0 };

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
  subscriber = await openRedis(inject('redisUrl'), 'subscriber', () => undefined);
  approvals = createRedisApprovals({ redis, subscriber, seal, clock: () => time.now });
  const prefix = `{test:${randomBytes(8).toString('hex')}}`;
  queue = new Queue<NotificationJob>(notificationQueue, { connection: redis, prefix });
});

afterAll(async () => {
  await queue?.obliterate({ force: true });
  await queue?.close();
  await approvals?.close();
  redis?.disconnect();
  subscriber?.disconnect();
  await database?.close();
});

journeysContract(async (settings) => {
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
  };
  return createWorld(stores, time, settings);
});
