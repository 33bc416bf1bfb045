import type { Approvals } from '@psc/approvals';
import type { Devices } from '#src/ports/devices.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { DecideChallenge } from './decide-challenge.ts';

/** Whether this professional's phones must stay silent. */
export type ConfirmSilence = (nationalId: string) => Promise<boolean>;

/**
 * A silent phone calls: its owner opened the app. The register is asked again, so that nobody stays shut out because an
 * event was lost. If they may still not log in, what awaits them ends, so that the page on which they wait can say why: the
 * one who waits is the one who holds the phone. Before the phone called, that page said nothing, since an identifier alone
 * must not tell who was struck off.
 */
export function createConfirmSilence(needs: {
  readonly directory: Directory;
  readonly devices: Pick<Devices, 'findSilence' | 'endSilence'>;
  readonly approvals: Pick<Approvals, 'awaiting'>;
  readonly decideChallenge: DecideChallenge;
}): ConfirmSilence {
  const { directory, devices, approvals } = needs;

  return async (nationalId) => {
    // Read first: what the register answers is older than an event that comes meanwhile.
    const event = await devices.findSilence(nationalId);
    const professional = await directory.find(nationalId);
    if (professional?.active) {
      if (event !== undefined) await devices.endSilence(nationalId, event);
      return false;
    }
    for (const approval of await approvals.awaiting(nationalId))
      await needs.decideChallenge(approval, { state: 'denied', reason: 'professional_inactive' });
    return true;
  };
}
