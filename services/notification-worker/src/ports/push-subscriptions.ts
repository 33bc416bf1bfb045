import type { PushSubscription } from '@psc/contracts';

/** Where each device is pushed at. Throws `Unavailable` when auth-broker does not answer. */
export interface PushSubscriptions {
  /** Undefined when the device is unknown, removed, or takes no push. */
  find(deviceId: string): Promise<PushSubscription | undefined>;
}
