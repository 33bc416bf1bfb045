import type { Approvals } from '@psc/approvals';
import type { PendingRequest } from '@psc/contracts';
import { accepted, type Outcome } from '@psc/kernel';
import { describeRequester } from '#src/domain/requester.ts';
import type { AuthenticateDevice, DeviceRefusal } from './authenticate-device.ts';

export type ListRequests = (
  jws: string,
  called: { readonly method: string; readonly url: string },
) => Promise<Outcome<readonly PendingRequest[], DeviceRefusal>>;

/** What awaits the professional, as the phone shows it. Never the number: it travels by the eyes only. */
export function createListRequests(needs: {
  readonly approvals: Pick<Approvals, 'awaiting'>;
  readonly authenticate: AuthenticateDevice;
}): ListRequests {
  return async (jws, called) => {
    const device = await needs.authenticate.request(jws, called);
    if (!device.ok) return device;
    const awaiting = await needs.approvals.awaiting(device.value.nationalId);
    const byPhone = awaiting.filter(({ challenge }) => challenge.means === 'ecps');
    return accepted(
      byPhone.map(({ id, request, challenge, expiresAt }) => ({
        id,
        clientId: request.clientId,
        application: request.clientName,
        requestedFrom: describeRequester(request),
        requestedAt: new Date(challenge.challengedAt).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
      })),
    );
  };
}
