import { type NotificationJob, notificationJobId, notificationJobOptions } from '@psc/contracts';
import { redisUnavailable } from '@psc/datastores';
import { currentTraceparent } from '@psc/runtime';
import type { Queue } from 'bullmq';
import type { Notifications } from '#src/ports/notifications.ts';

export function createBullmqNotifications(queue: Queue<NotificationJob>): Notifications {
  return {
    async notify(approvalId, deviceIds) {
      const traceparent = currentTraceparent();
      const jobs = deviceIds.map((deviceId) => ({
        name: 'notify',
        data: { approvalId, deviceId, traceparent },
        opts: { ...notificationJobOptions, jobId: notificationJobId({ approvalId, deviceId }) },
      }));
      await queue.addBulk(jobs).catch(redisUnavailable);
    },
  };
}
