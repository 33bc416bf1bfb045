import type { AdapterPayload } from 'oidc-provider';
import type { OpenSession } from '#src/domain/session.ts';

/** A session as the engine saves it, in our words. Undefined when nobody is logged in, or no longer. Times in seconds. */
export function openSessionOf(payload: AdapterPayload, seenAt: number, now: number): OpenSession | undefined {
  const { uid, accountId, loginTs, exp = 0, amr, authorizations = {} } = payload;
  if (uid === undefined || accountId === undefined || exp <= now) return undefined;
  const loginAt = loginTs ?? 0;
  return {
    sid: uid,
    subject: accountId,
    loginAt,
    lastSeenAt: seenAt > 0 ? seenAt : loginAt,
    means: amr?.includes('cps') ? 'cps' : 'ecps',
    clientIds: Object.keys(authorizations),
  };
}
