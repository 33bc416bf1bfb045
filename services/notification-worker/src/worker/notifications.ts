import { type NotificationJob, notificationJobSchema, notificationQueue } from '@psc/contracts';
import { notificationPace } from '#src/domain/delivery.ts';
import type { DeliverNotification } from '#src/use-cases/deliver-notification.ts';
import type { QueueContent, QueueWork } from './start-queue-worker.ts';

/** "A login awaits on this phone": one job per approval and device. */
export const notifications: QueueContent<NotificationJob> = {
  queue: notificationQueue,
  job: notificationJobSchema,
  name: ({ approvalId, deviceId }) => ({ approvalId, deviceId }),
};

export function notificationWork(attempt: DeliverNotification): QueueWork<NotificationJob> {
  return { ...notifications, span: 'notification.deliver', attempt, pace: notificationPace };
}
