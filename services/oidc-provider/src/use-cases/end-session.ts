import type { Application } from '#src/domain/application.ts';
import { logoutCallsOf } from '#src/domain/logout-call.ts';
import type { OpenSession } from '#src/domain/session.ts';
import type { ApplicationCalls } from '#src/ports/application-calls.ts';
import type { LogoutCalls } from '#src/ports/logout-calls.ts';
import type { Sessions } from '#src/ports/sessions.ts';

/** The session as it was, for the one who ended it; undefined when it was over already. */
export type EndSession = (sid: string, ending?: string) => Promise<OpenSession | undefined>;

/** After so many logins that came in between, the session ends whatever comes. */
const MOST_ROUNDS = 5;

/**
 * Ends a session and owes each of its applications that wants one a call (OpenID Connect Back-Channel Logout).
 *
 *   1. what will be said is kept, under names that only this ending knows
 *   2. the calls are queued, all or none
 *   3. the session is ended, in one atomic step, in the name of this ending
 *
 * The queue comes before the end, so that no call is lost: if we die between the two, the worker's first question finds the
 * session open and its ending queued, and ends it then (prepare-logout-call.ts). And nobody is called twice: of several
 * endings at once, one is the session's; the calls of the others are not owed. Before the queue nothing was done: whoever
 * asked is told, and asks again.
 *
 * Its tokens die with the session: each of their uses reads it.
 */
export function createEndSession(needs: {
  readonly sessions: Pick<Sessions, 'find' | 'end' | 'findEnding'>;
  readonly logoutCalls: Pick<LogoutCalls, 'keep'>;
  readonly applicationCalls: ApplicationCalls;
  readonly findApplication: (clientId: string) => Application | undefined;
  readonly drawEnding: () => string;
  /** How long a session that owes calls stays known as ended. */
  readonly owedSeconds: number;
  /** The same for one that owes none: while a request that had read it may save it again. */
  readonly settlingSeconds: number;
  /** Hears of each session that was ended here. */
  readonly onEnded: () => void;
}): EndSession {
  const { sessions, logoutCalls, applicationCalls } = needs;

  return async (sid, ending = needs.drawEnding()) => {
    let read: OpenSession | undefined;
    for (let round = 1; ; round++) {
      const session = await sessions.find(sid);
      if (!session) break;
      read = session;
      const owed = session.clientIds.filter(wantsCall);
      if (owed.length > 0) {
        const kept = await logoutCalls.keep(logoutCallsOf(session, ending, owed));
        await applicationCalls.queue(kept.map((call) => ({ kind: 'logout', ...call })));
      }
      const answer = await sessions.end(session, {
        name: ending,
        rememberedSeconds: owed.length > 0 ? needs.owedSeconds : needs.settlingSeconds,
        applications: round < MOST_ROUNDS ? 'as-read' : 'any',
      });
      if (answer === 'ended') {
        needs.onEnded();
        return session;
      }
      if (answer === 'over') break;
    }
    // The worker may have been as quick as we, and ended it for us.
    return read && (await sessions.findEnding(sid)) === ending ? read : undefined;
  };

  /** One that was suspended is as if it were not there. */
  function wantsCall(clientId: string): boolean {
    return (needs.findApplication(clientId)?.logout.backchannelUrl ?? '') !== '';
  }
}
