import type { Clock } from '@psc/kernel';
import { type GuardedFetch, OutgoingCallError } from '@psc/outgoing';
import type { Applications } from '#src/ports/applications.ts';
import { readRetryAfter } from './retry-after.ts';

/** Calls applications through the guard of outgoing calls. Of their answer only the status and one header are read. */
export function createGuardedApplications(guardedFetch: GuardedFetch, clock: Clock): Applications {
  return {
    async call({ url, contentType, authorization, body }) {
      try {
        const answer = await guardedFetch(url, {
          method: 'POST',
          headers: { 'content-type': contentType, ...(authorization === '' ? {} : { authorization }) },
          body,
        });
        await answer.body?.cancel();
        const retryAfterMs = readRetryAfter(answer.headers.get('retry-after') ?? '', clock());
        return { kind: 'answered', status: answer.status, retryAfterMs };
      } catch (error) {
        if (!(error instanceof OutgoingCallError)) throw error;
        return { kind: error.forbidden ? 'forbidden' : 'unanswered', reason: error.code };
      }
    },
  };
}
