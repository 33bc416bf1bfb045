import { pushTargetResponseSchema } from '@psc/contracts';
import type { ServiceClient } from '@psc/runtime';
import type { PushSubscriptions } from '#src/ports/push-subscriptions.ts';

/** Asks auth-broker, who owns the devices. */
export function createHttpPushSubscriptions(authBroker: ServiceClient): PushSubscriptions {
  return {
    find: (deviceId) =>
      authBroker.get(
        `/internal/devices/${encodeURIComponent(deviceId)}/push-subscription`,
        pushTargetResponseSchema,
      ),
  };
}
