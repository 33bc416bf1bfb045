import { randomBytes } from 'node:crypto';
import { type Approvals, createRedisApprovals } from '@psc/approvals';
import {
  type ApplicationCallJob,
  applicationCallJobSchema,
  applicationCallQueue,
  type NotificationJob,
  notificationJobSchema,
  notificationQueue,
} from '@psc/contracts';
import { createSeal, openRedis } from '@psc/datastores';
import { createRedisQuotas } from '@psc/quotas';
import { openTestDatabase } from '@psc/testing/database';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, inject } from 'vitest';
import { createBullmqApplicationCalls } from '#src/adapters/application-calls.bullmq.ts';
import { createPostgresDevices } from '#src/adapters/devices.postgres.ts';
import { createPostgresFraudReports } from '#src/adapters/fraud-reports.postgres.ts';
import { createBullmqNotifications } from '#src/adapters/notifications.bullmq.ts';
import { createWorld } from '#src/testing/world.ts';
import { cibaContract } from './ciba.contract.ts';
import { journeysContract, type OpenWorld } from './journeys.contract.ts';

const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let redis: Redis;
let subscriber: Redis;
let queue: Queue<NotificationJob>;
let calls: Queue<ApplicationCallJob>;
let approvals: Approvals;
const time = { now: 0 };

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
  subscriber = await openRedis(inject('redisUrl'), 'subscriber', () => undefined);
  approvals = createRedisApprovals({ redis, subscriber, seal, clock: () => time.now });
  const prefix = `{test:${randomBytes(8).toString('hex')}}`;
  queue = new Queue<NotificationJob>(notificationQueue, { connection: redis, prefix });
  calls = new Queue<ApplicationCallJob>(applicationCallQueue, { connection: redis, prefix });
});

afterAll(async () => {
  for (const each of [queue, calls]) {
    await each?.obliterate({ force: true });
    await each?.close();
  }
  await approvals?.close();
  redis?.disconnect();
  subscriber?.disconnect();
  await database?.close();
});

const openWorld: OpenWorld = async (settings) => {
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
    async pinged(approvalId: string) {
      const jobs = (await calls.getWaiting()).map(({ data }) => applicationCallJobSchema.parse(data));
      const pings = jobs.filter(({ kind, callId }) => kind === 'ping' && callId === approvalId);
      return pings.map(({ clientId }) => clientId);
    },
  };
  return createWorld(stores, time, settings);
};

journeysContract(openWorld);
cibaContract(openWorld);
