import type { ApprovalRequest, Approvals } from '@psc/approvals';
import { Bug, type Clock } from '@psc/kernel';
import type { Application } from '#src/domain/application.ts';

/** An authorization request that needs the professional. */
export interface LoginRequest {
  /** The engine's interaction: the approval has the same identifier. */
  readonly id: string;
  readonly application: Application;
  readonly scope: string;
  readonly loginHint: string;
  readonly requester: { readonly ip: string; readonly userAgent: string };
  /** Where the browser comes back to. */
  readonly returnTo: string;
  readonly traceparent: string;
}

export type OpenLogin = (request: LoginRequest) => Promise<void>;

const LONGEST_HINT = 128;
const LONGEST_USER_AGENT = 512;
const LONGEST_SCOPE = 512;

/** Opens the approval that this login waits for. */
export function createOpenLogin(needs: {
  readonly approvals: Pick<Approvals, 'open'>;
  readonly clock: Clock;
}): OpenLogin {
  const { approvals, clock } = needs;

  return async ({ id, application, requester, ...asked }) => {
    const request: ApprovalRequest = {
      clientId: application.clientId,
      clientName: application.name,
      acr: application.acr,
      scope: asked.scope.slice(0, LONGEST_SCOPE),
      channel: 'browser',
      requester: { ip: requester.ip, userAgent: requester.userAgent.slice(0, LONGEST_USER_AGENT) },
      returnTo: asked.returnTo,
      loginHint: asked.loginHint.length > LONGEST_HINT ? '' : asked.loginHint,
      challengeFromHint: application.challengeFromLoginHint && asked.loginHint !== '',
      ping: false,
      openedAt: clock(),
      traceparent: asked.traceparent,
    };
    const opened = await approvals.open(id, request);
    if (!opened.ok)
      throw new Bug('approval_not_opened', `a new interaction has an approval: ${opened.refusal}`);
  };
}
