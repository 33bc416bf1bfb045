import type { Approvals } from '@psc/approvals';
import { type NotificationJob, notificationJobId, type PushMessage } from '@psc/contracts';
import { type Clock, Unavailable } from '@psc/kernel';
import {
  type Attempt,
  type Attempted,
  type Hindrance,
  type Settled,
  settleHindrance,
} from '#src/domain/attempt.ts';
import { type DropReason, notificationPace } from '#src/domain/delivery.ts';
import type { Deliveries } from '#src/ports/deliveries.ts';
import type { PushSubscriptions } from '#src/ports/push-subscriptions.ts';
import type { Pushes } from '#src/ports/pushes.ts';

export interface DeliverNotificationNeeds {
  readonly approvals: Pick<Approvals, 'find'>;
  readonly subscriptions: PushSubscriptions;
  readonly pushes: Pushes;
  readonly deliveries: Pick<Deliveries, 'record'>;
  /** Hears the end of every attempt. */
  readonly onAttempted: (attempted: Attempted) => void;
  /** Hears how long after the challenge a push was taken, in milliseconds. */
  readonly onDelivered: (afterMs: number) => void;
  /** Hears that the record could not be written. */
  readonly onUnrecorded: (error: Unavailable) => void;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

export type DeliverNotification = (job: NotificationJob, attempt: Attempt) => Promise<Attempted<DropReason>>;

/** Tells one phone that an approval awaits its professional, if it still does. */
export function createDeliverNotification(needs: DeliverNotificationNeeds): DeliverNotification {
  const { approvals, subscriptions, pushes, deliveries, clock } = needs;

  return async (job, attempt) => {
    const tried = await attemptUnlessUnavailable(job);
    const attempted =
      'until' in tried ? settleHindrance(tried, attempt, notificationPace, clock(), needs.random()) : tried;
    if (attempted.outcome !== 'postponed') await record(job, attempted, attempt);
    needs.onAttempted(attempted);
    return attempted;
  };

  async function attemptUnlessUnavailable(job: NotificationJob): Promise<Settled<DropReason> | Hindrance> {
    try {
      return await attemptDelivery(job);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      // When the approval ends is not known here: the next attempt reads it first.
      return { reason: error.code, retryAfterMs: 0, until: Number.POSITIVE_INFINITY };
    }
  }

  async function attemptDelivery(job: NotificationJob): Promise<Settled<DropReason> | Hindrance> {
    const approval = await approvals.find(job.approvalId);
    const remainingMs = (approval?.expiresAt ?? 0) - clock();
    if (approval?.state !== 'challenged' || remainingMs <= 0)
      return { outcome: 'dropped', reason: 'approval_over' };

    const subscription = await subscriptions.find(job.deviceId);
    if (!subscription) return { outcome: 'dropped', reason: 'no_subscription' };

    const message: PushMessage = { approvalId: job.approvalId };
    const answer = await pushes.send({
      subscription,
      message: JSON.stringify(message),
      name: notificationJobId(job),
      lifetime: Math.ceil(remainingMs / 1000),
    });
    switch (answer.kind) {
      case 'taken':
        needs.onDelivered(clock() - approval.challenge.challengedAt);
        return { outcome: 'delivered' };
      case 'gone':
        return { outcome: 'dropped', reason: 'subscription_gone' };
      case 'refused':
        return { outcome: 'failed', reason: answer.reason };
      case 'hindered':
        return { reason: answer.reason, retryAfterMs: answer.retryAfterMs, until: approval.expiresAt };
    }
  }

  /** The record serves support; the phone was told or not. A database that is down must not ring a phone twice. */
  async function record(job: NotificationJob, settled: Settled<DropReason>, attempt: Attempt): Promise<void> {
    const { approvalId, deviceId } = job;
    try {
      await deliveries.record({ approvalId, deviceId, settled, attempts: attempt.number, at: clock() });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      needs.onUnrecorded(error);
    }
  }
}
