import type { PreparedCall } from '@psc/contracts';
import type { Application } from '#src/domain/application.ts';
import type { LogoutCall } from '#src/domain/logout-call.ts';
import type { LogoutCalls } from '#src/ports/logout-calls.ts';
import type { Sessions } from '#src/ports/sessions.ts';
import type { EndSession } from './end-session.ts';

/** Undefined when the call is not owed any more. */
export type PrepareLogoutCall = (callId: string) => Promise<PreparedCall | undefined>;

/** Signs "this session is over" for one application, anew at each attempt (Back-Channel Logout §2.4). */
export type SignLogoutToken = (application: Application, call: LogoutCall) => Promise<string>;

/** What the worker is to post to the application, at the address and with the algorithm that it has now. */
export function createPrepareLogoutCall(needs: {
  readonly logoutCalls: Pick<LogoutCalls, 'find'>;
  readonly sessions: Pick<Sessions, 'findEnding'>;
  readonly endSession: EndSession;
  readonly findApplication: (clientId: string) => Application | undefined;
  readonly signLogoutToken: SignLogoutToken;
}): PrepareLogoutCall {
  const { logoutCalls, sessions } = needs;

  return async (callId) => {
    const call = await logoutCalls.find(callId);
    if (!call) return undefined;
    // Whoever queued the call may have died before the session was ended.
    await needs.endSession(call.sid, call.ending);
    const ending = await sessions.findEnding(call.sid);
    // One that is unknown ended by itself meanwhile: that, too, the application was to be told.
    if (ending !== undefined && ending !== call.ending) return undefined;

    const application = needs.findApplication(call.clientId);
    const url = application?.logout.backchannelUrl ?? '';
    if (!application || url === '') return undefined;
    return {
      url,
      contentType: 'application/x-www-form-urlencoded',
      authorization: '',
      body: new URLSearchParams({ logout_token: await needs.signLogoutToken(application, call) }).toString(),
    };
  };
}
