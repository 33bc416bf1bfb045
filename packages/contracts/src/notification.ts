import { z } from 'zod';

/** The queue between auth-broker and notification-worker. */
export const notificationQueue = 'notifications';

/** BullMQ's key prefix, at both ends. The braces are a hash tag: all keys of the queues are on one node of a Redis Cluster. */
export const queuePrefix = '{psc:queue}';

/**
 * How the producer queues a notification. The worker decides the delay before each new attempt (its backoff strategy),
 * and never tries once the approval is over. Done jobs are kept long enough to refuse a duplicate, failed ones to be read.
 */
export const notificationJobOptions = {
  attempts: 6,
  backoff: { type: 'push' },
  removeOnComplete: { age: 10 * 60, count: 10_000 },
  removeOnFail: { age: 24 * 60 * 60, count: 1_000 },
} as const;

/**
 * One job per approval and device: "a login awaits on this phone". Identifiers only: jobs lie in Redis in clear text.
 * `traceparent` (W3C Trace Context) continues the login's trace; '' when there is none.
 */
export const notificationJobSchema = z.strictObject({
  approvalId: z.string().max(128),
  deviceId: z.string().max(128),
  traceparent: z.string().max(64),
});
export type NotificationJob = z.infer<typeof notificationJobSchema>;

/** BullMQ job id: the same approval and device is never queued twice. */
export function notificationJobId(job: Pick<NotificationJob, 'approvalId' | 'deviceId'>): string {
  return `${job.approvalId}.${job.deviceId}`;
}

/** What the phone decrypts from the push (RFC 8291). It then asks the device API for the rest. */
export const pushMessageSchema = z.strictObject({ approvalId: z.string().max(128) });
export type PushMessage = z.infer<typeof pushMessageSchema>;
