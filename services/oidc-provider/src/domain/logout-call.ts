import type { OpenSession } from './session.ts';

/** "The session of this person is over": what we owe to one application of a session that ended. */
export interface LogoutCall {
  /** The ending that owes it. Of two that try to end a session, one does: the other owes nothing. */
  readonly ending: string;
  readonly clientId: string;
  readonly sid: string;
  readonly subject: string;
}

/** The calls that an ending of this session owes to these of its applications. */
export function logoutCallsOf(
  { sid, subject }: OpenSession,
  ending: string,
  clientIds: readonly string[],
): LogoutCall[] {
  return clientIds.map((clientId) => ({ ending, clientId, sid, subject }));
}
