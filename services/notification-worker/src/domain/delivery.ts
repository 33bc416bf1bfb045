import type { Pace } from './attempt.ts';

/** Why a notification is dropped: one approval on one device. */
export type DropReason =
  /** Answered, abandoned, expired or forgotten: the phone has nothing to ask any more. */
  | 'approval_over'
  /** The device was removed, has no push, or never existed (the job of an unknown identifier). */
  | 'no_subscription'
  /** The push service forgot the subscription: the app was uninstalled, or refused notifications. */
  | 'subscription_gone';

export const notificationPace: Pace = { firstDelayMs: 1_000, longestDelayMs: 30_000 };
