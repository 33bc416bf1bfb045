import type { ApprovalRequest, Approvals } from '@psc/approvals';
import { Bug, type Clock, Unavailable } from '@psc/kernel';
import type { Application } from '#src/domain/application.ts';
import { CIBA_GRACE_MS } from '#src/domain/ciba-poll.ts';
import type { CibaRequest } from '#src/domain/ciba-request.ts';
import type { Challenges } from '#src/ports/challenges.ts';
import type { Pings } from '#src/ports/pings.ts';

/** A CIBA request that holds, of a professional who may be asked. */
export interface AskedByCiba {
  /** Of the approval: the digest of `authReqId`, which is a credential and is told to nobody but the application. */
  readonly id: string;
  readonly authReqId: string;
  readonly application: Application;
  readonly scope: string;
  readonly nationalId: string;
  readonly request: CibaRequest;
  readonly requester: { readonly ip: string; readonly userAgent: string };
  readonly traceparent: string;
}

/** Throws `Unavailable` when the professional could not be asked: then nothing is left that could be answered. */
export type AskByCiba = (asked: AskedByCiba) => Promise<void>;

const LONGEST_USER_AGENT = 512;
const LONGEST_SCOPE = 512;

/** Opens the approval that this request waits for, and has auth-broker challenge the professional. */
export function createAskByCiba(needs: {
  readonly approvals: Pick<Approvals, 'open' | 'abandon'>;
  readonly challenges: Challenges;
  readonly pings: Pings;
  readonly clock: Clock;
}): AskByCiba {
  const { approvals, challenges, pings, clock } = needs;

  return async ({ id, authReqId, application, nationalId, request, ...asked }) => {
    const { clientId } = application;
    const { means, number, seconds, notificationToken } = request;
    const opened: ApprovalRequest = {
      clientId,
      clientName: application.name,
      acr: application.acr,
      scope: asked.scope.slice(0, LONGEST_SCOPE),
      channel: 'ciba',
      requester: {
        ip: asked.requester.ip,
        userAgent: asked.requester.userAgent.slice(0, LONGEST_USER_AGENT),
      },
      returnTo: '',
      loginHint: '',
      challengeFromHint: false,
      ping: notificationToken !== '',
      openedAt: clock(),
      traceparent: asked.traceparent,
    };
    if (opened.ping)
      await pings.keep(id, { clientId, authReqId, notificationToken }, seconds + CIBA_GRACE_MS / 1000);
    const outcome = await approvals.open(id, opened);
    if (!outcome.ok)
      throw new Bug('approval_not_opened', `a new CIBA request has an approval: ${outcome.refusal}`);
    try {
      await challenges.challenge({ approvalId: id, nationalId, means, number, seconds });
    } catch (error) {
      await giveUp(id);
      throw error;
    }
  };

  /** The challenge may have been heard, and its answer lost: the phone stops showing what nobody waits for. */
  async function giveUp(id: string): Promise<void> {
    try {
      await approvals.abandon(id);
    } catch (error) {
      // Then it lapses by itself.
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}
