import type { PreparedCall } from '@psc/contracts';
import type { Application } from '#src/domain/application.ts';
import type { Pings } from '#src/ports/pings.ts';

/** The call that tells an application that its CIBA request was answered; undefined when it is not owed any more. */
export type PreparePing = (approvalId: string) => Promise<PreparedCall | undefined>;

/** Where to is the application's present address: one that moved, or was suspended, since it asked. */
export function createPreparePing(needs: {
  readonly pings: Pick<Pings, 'find'>;
  readonly findApplication: (clientId: string) => Application | undefined;
}): PreparePing {
  return async (approvalId) => {
    const ping = await needs.pings.find(approvalId);
    const application = ping && needs.findApplication(ping.clientId);
    if (!application || application.ciba.notificationUrl === '') return undefined;
    return {
      url: application.ciba.notificationUrl,
      contentType: 'application/json',
      authorization: `Bearer ${ping.notificationToken}`,
      body: JSON.stringify({ auth_req_id: ping.authReqId }),
    };
  };
}
