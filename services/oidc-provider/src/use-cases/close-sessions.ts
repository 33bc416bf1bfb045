import type { OpenSession } from '#src/domain/session.ts';
import type { Sessions } from '#src/ports/sessions.ts';
import type { EndSession } from './end-session.ts';

/** Which of a professional's sessions: one by its name, or all. */
export type Closing = { readonly sid: string } | 'all';

/** The sessions that were open and that this ended. */
export type CloseSessions = (own: OpenSession, closing: Closing) => Promise<readonly OpenSession[]>;

/** Ended at the same time, at most. */
const AT_ONCE = 10;

/** Ends sessions of whoever has this one, and of nobody else: what is not theirs is as if it were over. */
export function createCloseSessions(needs: {
  readonly sessions: Pick<Sessions, 'of'>;
  readonly endSession: EndSession;
}): CloseSessions {
  return async (own, closing) => {
    const known = await needs.sessions.of(own.subject);
    const theirs = new Set([own.sid, ...known.map(({ sid }) => sid)]);
    const chosen = [...theirs].filter((sid) => closing === 'all' || sid === closing.sid);
    const ended: OpenSession[] = [];
    for (let from = 0; from < chosen.length; from += AT_ONCE) {
      const some = await Promise.all(chosen.slice(from, from + AT_ONCE).map((sid) => needs.endSession(sid)));
      ended.push(...some.filter((session) => session !== undefined));
    }
    return ended;
  };
}
