import type { Clock } from '@psc/kernel';
import { type GuardedFetch, OutgoingCallError } from '@psc/outgoing';
import type { Texts } from '#src/ports/texts.ts';
import { readRetryAfter } from './retry-after.ts';

export interface GatewaySettings {
  readonly url: string;
  readonly token: string;
  readonly guardedFetch: GuardedFetch;
  readonly clock: Clock;
}

/**
 * An SMS gateway: `POST <url>` with `Authorization: Bearer <token>`, `Idempotency-Key: <id>` and the JSON
 * `{ "id", "to", "text" }`, `to` in E.164. Any 2xx says that it took the SMS; nothing else of its answer is read than the
 * status and Retry-After. Operators' own formats differ: this one is ours, for a few lines of glue.
 */
export function createHttpTexts({ url, token, guardedFetch, clock }: GatewaySettings): Texts {
  return {
    async send({ messageId, to, text }) {
      try {
        const answer = await guardedFetch(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${token}`,
            'idempotency-key': messageId,
          },
          body: JSON.stringify({ id: messageId, to, text }),
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
