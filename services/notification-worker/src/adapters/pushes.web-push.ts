import { createHash } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import { type AllowedHost, createGuardedFetch, everyAddress, OutgoingCallError } from '@psc/outgoing';
import webPush from 'web-push';
import type { Push, PushAnswer, Pushes } from '#src/ports/pushes.ts';
import { readRetryAfter } from './retry-after.ts';

export interface WebPushSettings {
  /** Who we are for the push services (RFC 8292): a contact, and a P-256 pair in base64url. */
  readonly vapid: { readonly subject: string; readonly publicKey: string; readonly privateKey: string };
  readonly allowedHosts: readonly AllowedHost[];
  /** Whether an https push service may have a private address. An http one always may: it is of our own network. */
  readonly privateAddresses: 'allowed' | 'refused';
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Nothing of an answer's body is read; more than this is cut. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Web Push (RFC 8030), encrypted for the phone (RFC 8291), signed by us (RFC 8292). */
export function createWebPushes(settings: WebPushSettings): Pushes & { close(): void } {
  const { allowedHosts, vapid, timeoutMs } = settings;
  const guard = (privateNetworks: typeof everyAddress) =>
    createGuardedFetch({
      allowedHosts,
      privateNetworks,
      timeoutMs,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      keepAlive: true,
    });
  const guards = new Map([
    ['http:', guard(everyAddress)],
    ['https:', guard(settings.privateAddresses === 'allowed' ? everyAddress : [])],
  ]);

  return {
    async send(push) {
      const endpoint = URL.parse(push.subscription.endpoint);
      const call = guards.get(endpoint?.protocol ?? '');
      if (!endpoint || !call) return refused('push_target_forbidden');
      const message = encrypt(push);
      if (!message) return refused('push_keys_malformed');
      try {
        const answer = await call(endpoint, { method: 'POST', ...message });
        // Let go, and cut when it is long or late.
        answer.arrayBuffer().catch(() => undefined);
        return readStatus(answer.status, answer.headers.get('retry-after') ?? '', settings.clock());
      } catch (error) {
        if (error instanceof OutgoingCallError && error.forbidden) return refused('push_target_forbidden');
        return { kind: 'hindered', reason: 'push_unreachable', retryAfterMs: 0 };
      }
    },

    close() {
      for (const guarded of guards.values()) guarded.close();
    },
  };

  function encrypt({ subscription, message, name, lifetime }: Push): EncryptedPush | undefined {
    try {
      const { headers, body } = webPush.generateRequestDetails(subscription, message, {
        vapidDetails: vapid,
        TTL: lifetime,
        urgency: 'high',
        topic: topicOf(name),
        contentEncoding: 'aes128gcm',
      });
      const written = Object.entries(headers).map(([name, value]) => [name, String(value)]);
      return { headers: Object.fromEntries(written), body };
    } catch {
      // Our own part is checked when the service starts: what is left is the device's keys.
      return undefined;
    }
  }
}

interface EncryptedPush {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

/** A topic has at most 32 characters of base64url, and tells the push service nothing. */
function topicOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 32);
}

function readStatus(status: number, retryAfter: string, now: number): PushAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  const retryAfterMs = readRetryAfter(retryAfter, now);
  if (status === 429) return { kind: 'hindered', reason: 'push_too_many_requests', retryAfterMs };
  if (status >= 500) return { kind: 'hindered', reason: 'push_service_error', retryAfterMs };
  return refused(status >= 300 && status < 400 ? 'push_redirected' : 'push_rejected');
}

function refused(reason: Extract<PushAnswer, { kind: 'refused' }>['reason']): PushAnswer {
  return { kind: 'refused', reason };
}
