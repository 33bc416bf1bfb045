import { randomUUID } from 'node:crypto';
import type { PushSubscription } from '@psc/contracts';
import { type Clock, systemClock } from '@psc/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decryptPush, type Subscriber } from './subscriber.ts';
import { verifyVapid } from './vapid.ts';

/** A message as it reached the phone. */
export interface PushedMessage {
  readonly text: string;
  /** Of two messages with one topic, the phone shows one. */
  readonly topic: string;
  readonly urgency: string;
}

/**
 * A push service (RFC 8030) for phones that live in this process: what browsers' vendors run for real ones. The body
 * stays encrypted until the phone opens it with its own keys.
 */
export interface PushService {
  /** Routes to be mounted on the server whose address is `url`. */
  register(app: FastifyInstance): void;

  /** What the phone gives to the wallet. */
  subscriptionOf(subscriber: Subscriber): PushSubscription;

  /** From now on the phone's messages reach `receive`. */
  subscribe(subscriber: Subscriber, receive: (message: PushedMessage) => void): PushSubscription;

  /** The phone takes no more push: its endpoint is gone (410). */
  unsubscribe(token: string): void;
}

export interface PushServiceSettings {
  /** Public address of the server that it is mounted on; its origin is the audience of VAPID. */
  readonly url: string;
  /** The only application server that may push (RFC 8292 §4); any when absent. */
  readonly vapidPublicKey?: string;
  readonly clock?: Clock;
}

const BODY_LIMIT_BYTES = 4096;
const LONGEST_TTL_S = 28 * 24 * 60 * 60;
/** Gone endpoints are remembered, so that 410 and 404 can be told apart. */
const REMEMBERED_GONE = 1_000;

interface Subscription {
  readonly subscriber: Subscriber;
  readonly receive: (message: PushedMessage) => void;
}

export function createPushService(settings: PushServiceSettings): PushService {
  const { origin } = new URL(settings.url);
  const clock = settings.clock ?? systemClock;
  const subscriptions = new Map<string, Subscription>();
  const gone = new Set<string>();

  const subscriptionOf = ({ token, publicKey, auth }: Subscriber): PushSubscription => ({
    endpoint: `${origin}/push/${token}`,
    keys: { p256dh: publicKey, auth },
  });

  return {
    subscriptionOf,

    subscribe(subscriber, receive) {
      gone.delete(subscriber.token);
      subscriptions.set(subscriber.token, { subscriber, receive });
      return subscriptionOf(subscriber);
    },

    unsubscribe(token) {
      if (!subscriptions.delete(token)) return;
      const [oldest] = gone;
      if (gone.size >= REMEMBERED_GONE && oldest !== undefined) gone.delete(oldest);
      gone.add(token);
    },

    register(app) {
      app.register(async (push) => {
        push.removeAllContentTypeParsers();
        push.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_, body, done) =>
          done(null, body),
        );
        push.post<{ Params: { token: string } }>('/push/:token', accept);
      });
    },
  };

  async function accept(request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply) {
    const subscription = subscriptions.get(request.params.token);
    if (!subscription) {
      const status = gone.has(request.params.token) ? 410 : 404;
      return reply
        .code(status)
        .send({ error: status === 410 ? 'subscription_gone' : 'subscription_unknown' });
    }
    const { authorization = '', ttl, topic = '', urgency = 'normal' } = request.headers;
    const sender = await verifyVapid(authorization, origin, clock());
    if (sender === undefined) {
      return reply.code(401).header('www-authenticate', 'vapid').send({ error: 'vapid_invalid' });
    }
    if (settings.vapidPublicKey !== undefined && sender !== settings.vapidPublicKey) {
      return reply.code(403).send({ error: 'vapid_key_not_subscribed' });
    }
    if (typeof ttl !== 'string' || !/^\d{1,10}$/.test(ttl)) {
      return reply.code(400).send({ error: 'ttl_missing' });
    }
    if (typeof topic !== 'string' || !/^[\w-]{0,32}$/.test(topic)) {
      return reply.code(400).send({ error: 'topic_malformed' });
    }
    if (request.headers['content-encoding'] !== 'aes128gcm' || !Buffer.isBuffer(request.body)) {
      return reply.code(400).send({ error: 'aes128gcm_expected' });
    }
    deliver(subscription, request.body, topic, String(urgency));
    return reply
      .code(201)
      .header('location', `${origin}/push/messages/${randomUUID()}`)
      .header('ttl', String(Math.min(Number(ttl), LONGEST_TTL_S)))
      .send();
  }
}

/** A real push service accepts what the phone cannot open, and the phone drops it in silence. */
function deliver({ subscriber, receive }: Subscription, body: Buffer, topic: string, urgency: string): void {
  let text: string;
  try {
    text = decryptPush(subscriber, body);
  } catch {
    return;
  }
  receive({ text, topic, urgency });
}
