import type { Application } from '#src/domain/application.ts';
import { PORTAL_CLIENT_ID } from '#src/domain/portal.ts';
import type { OpenSession } from '#src/domain/session.ts';
import type { Sessions } from '#src/ports/sessions.ts';

/** One of a professional's open sessions, as they recognise it. */
export interface ListedSession extends OpenSession {
  /** The session of the browser that asks. */
  readonly isOwn: boolean;
  /** The names of its applications, the page of sessions itself left out. */
  readonly applications: readonly string[];
}

export type ListSessions = (own: OpenSession) => Promise<readonly ListedSession[]>;

/** The open sessions of whoever has this one: its own first, then the latest login first. */
export function createListSessions(needs: {
  readonly sessions: Pick<Sessions, 'of'>;
  readonly findApplication: (clientId: string) => Pick<Application, 'name'> | undefined;
}): ListSessions {
  return async (own) => {
    const others = (await needs.sessions.of(own.subject)).filter(({ sid }) => sid !== own.sid);
    // Its own is read from the cookie: it is there even if nothing leads to it.
    return [own, ...others].map((session) => ({
      ...session,
      isOwn: session.sid === own.sid,
      applications: session.clientIds
        .filter((clientId) => clientId !== PORTAL_CLIENT_ID)
        .map((clientId) => needs.findApplication(clientId)?.name ?? clientId)
        .sort((one, other) => one.localeCompare(other, 'fr')),
    }));
  };
}
