import type { Approvals, TransitionRefusal } from '@psc/approvals';
import { accepted, type Clock, type NationalId, type Outcome, Unavailable } from '@psc/kernel';
import { MOST_NOTIFIED_DEVICES } from '#src/domain/device.ts';
import type { Devices } from '#src/ports/devices.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { NotificationBudget } from '#src/ports/notification-budget.ts';
import type { Notifications } from '#src/ports/notifications.ts';

export interface ChallengePhoneNeeds {
  readonly approvals: Pick<Approvals, 'challenge'>;
  readonly directory: Directory;
  readonly devices: Pick<Devices, 'listActive'>;
  readonly budget: NotificationBudget;
  readonly notifications: Notifications;
  /** Hears that the phones could not be told. */
  readonly onUnnotified: (error: Unavailable) => void;
  /** Two digits at random. */
  readonly drawNumber: () => string;
  /** A device id that no device has. */
  readonly drawDeviceId: () => string;
  readonly clock: Clock;
}

/** `failed`: the phones could not be told; the login can still be answered by opening the app. */
export type Notified = 'told' | 'failed';

export type ChallengePhone = (asked: {
  readonly approvalId: string;
  readonly identifier: NationalId;
  /** The binding of the browser that asks; '' for CIBA. */
  readonly browser: string;
  /** What CIBA brings with it: the number that the application shows, and the time given to answer. */
  readonly given?: { readonly number: string; readonly lifetimeMs: number };
}) => Promise<Outcome<Notified, TransitionRefusal>>;

/**
 * Asks a professional to approve on their phone. An identifier that nobody has, or whose owner was struck off or has no
 * phone, is asked in the same way, with the same work: it behaves like a phone that nobody answers. Throws `Unavailable` before anything
 * happened.
 */
export function createChallengePhone(needs: ChallengePhoneNeeds): ChallengePhone {
  const { approvals, directory, devices, clock } = needs;

  return async ({ approvalId, identifier, browser, given }) => {
    const known = await directory.find(identifier);
    const nationalId = known?.nationalId ?? identifier;
    const active = await devices.listActive(nationalId, MOST_NOTIFIED_DEVICES);
    const number = given?.number ?? needs.drawNumber();
    const challenge = { nationalId, means: 'ecps', number, browser, challengedAt: clock() } as const;
    const challenged = await approvals.challenge(approvalId, challenge, given?.lifetimeMs);
    if (!challenged.ok) return challenged;
    // The decoy's job is dropped by the worker: the queue is as long for a professional who does not exist.
    const phones = known?.active && active.length > 0 ? active : [needs.drawDeviceId()];
    return accepted(await notify(approvalId, nationalId, phones));
  };

  async function notify(approvalId: string, nationalId: string, phones: readonly string[]) {
    try {
      if (await needs.budget.reserve(nationalId)) await needs.notifications.notify(approvalId, phones);
      return 'told';
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      needs.onUnnotified(error);
      return 'failed';
    }
  }
}
