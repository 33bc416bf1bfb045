import { createHash } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { Bug, type Clock } from '@psc/kernel';
import webPush from 'web-push';
import { findPushOrigin, type PushOrigin } from '#src/domain/push-origins.ts';
import type { Push, PushAnswer, Pushes } from '#src/ports/pushes.ts';
import { isPublicAddress, lookupPublic, PrivateAddress } from './public-address.ts';

export interface WebPushSettings {
  /** Who we are for the push services (RFC 8292): a contact, and a P-256 pair in base64url. */
  readonly vapid: { readonly subject: string; readonly publicKey: string; readonly privateKey: string };
  readonly origins: readonly PushOrigin[];
  /** Whether an https push service may have a private address. An http one always may: it is of our own network. */
  readonly privateAddresses: 'allowed' | 'refused';
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Web Push (RFC 8030), encrypted for the phone (RFC 8291), signed by us (RFC 8292). Redirections are not followed. */
export function createWebPushes(settings: WebPushSettings): Pushes & { close(): void } {
  const { origins, vapid, timeoutMs } = settings;
  const agents = {
    public: new https.Agent({ keepAlive: true, lookup: lookupPublic }),
    any: new https.Agent({ keepAlive: true }),
    plain: new http.Agent({ keepAlive: true }),
  };

  return {
    async send(push) {
      const endpoint = URL.parse(push.subscription.endpoint);
      const origin = endpoint ? findPushOrigin(origins, endpoint) : undefined;
      if (!endpoint || !origin) return refused('push_target_forbidden');
      const publicOnly = origin.scheme === 'https' && settings.privateAddresses === 'refused';
      // An address in figures is never looked up: it is judged here.
      if (publicOnly && isIP(bare(endpoint.hostname)) && !isPublicAddress(bare(endpoint.hostname)))
        return refused('push_target_forbidden');

      const message = encrypt(push);
      if (!message) return refused('push_keys_malformed');
      const agent = origin.scheme === 'http' ? agents.plain : publicOnly ? agents.public : agents.any;
      try {
        const { status, retryAfter } = await post(endpoint, agent, message, timeoutMs);
        return readStatus(status, retryAfter, settings.clock());
      } catch (error) {
        if (error instanceof PrivateAddress) return refused('push_target_forbidden');
        return { kind: 'hindered', reason: 'push_unreachable', retryAfterMs: 0 };
      }
    },

    close() {
      for (const agent of Object.values(agents)) agent.destroy();
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
      return { headers, body };
    } catch {
      // Our own part is checked when the service starts: what is left is the device's keys.
      return undefined;
    }
  }
}

interface EncryptedPush {
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer | null;
}

/** A topic has at most 32 characters of base64url, and tells the push service nothing. */
function topicOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 32);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Only the status and one header are read; the body is let go, and cut with everything else when time is over. */
function post(endpoint: URL, agent: http.Agent, { headers, body }: EncryptedPush, timeoutMs: number) {
  return new Promise<{ status: number; retryAfter: string }>((resolve, reject) => {
    const { request } = endpoint.protocol === 'https:' ? https : http;
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request(endpoint, { method: 'POST', agent, headers, signal }, (response) => {
      if (response.statusCode === undefined) throw new Bug('http_without_status', 'a response has a status');
      response.on('error', () => undefined);
      response.resume();
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] ?? '' });
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

function readStatus(status: number, retryAfter: string, now: number): PushAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  const retryAfterMs = readRetryAfter(retryAfter, now);
  if (status === 429) return { kind: 'hindered', reason: 'push_too_many_requests', retryAfterMs };
  if (status >= 500) return { kind: 'hindered', reason: 'push_service_error', retryAfterMs };
  return refused(status >= 300 && status < 400 ? 'push_redirected' : 'push_rejected');
}

/** Seconds or a date (RFC 9110 §10.2.3); 0 when absent or unreadable. */
function readRetryAfter(value: string, now: number): number {
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

function refused(reason: Extract<PushAnswer, { kind: 'refused' }>['reason']): PushAnswer {
  return { kind: 'refused', reason };
}
