import { type FastifyInstance, fastify } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { createPushService, type PushedMessage, type PushService } from './push-service.ts';
import { generateSubscriber } from './subscriber.ts';

const url = 'http://localhost:3005';
const vapid = webPush.generateVAPIDKeys();
const clock = { now: Date.now() };
let app: FastifyInstance;
let push: PushService;
let received: PushedMessage[];

beforeEach(() => {
  clock.now = Date.now();
  app = fastify();
  push = createPushService({ url, vapidPublicKey: vapid.publicKey, clock: () => clock.now });
  push.register(app);
  received = [];
});

function subscribe() {
  const subscriber = generateSubscriber();
  const subscription = push.subscribe(subscriber, (message) => received.push(message));
  return { subscriber, subscription };
}

type Sent = { headers: Record<string, string>; body: Buffer };

/** A push as the web-push library makes it for this subscription, changed by the test before it is sent. */
async function send(
  subscription: ReturnType<typeof subscribe>['subscription'],
  change: (sent: Sent) => void = () => undefined,
  keys = vapid,
) {
  const { headers, body } = webPush.generateRequestDetails(subscription, 'hello', {
    vapidDetails: { subject: 'mailto:ops@example.test', ...keys },
    TTL: 90,
    urgency: 'high',
    topic: 'login-1',
  });
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const sent: Sent = { headers: Object.fromEntries(named), body: body ?? Buffer.alloc(0) };
  change(sent);
  return app.inject({
    method: 'POST',
    url: new URL(subscription.endpoint).pathname,
    headers: sent.headers,
    payload: sent.body,
  });
}

describe('the push service', () => {
  it('takes a push of the web-push library and hands it to the phone, which opens it', async () => {
    const { subscription } = subscribe();
    const answer = await send(subscription);
    expect(answer.statusCode).toBe(201);
    expect(answer.headers.location).toMatch(/^http:\/\/localhost:3005\/push\/messages\//);
    expect(answer.headers.ttl).toBe('90');
    expect(received).toEqual([{ text: 'hello', topic: 'login-1', urgency: 'high' }]);
  });

  it('hands each message to its own phone only', async () => {
    const { subscription } = subscribe();
    const others: PushedMessage[] = [];
    push.subscribe(generateSubscriber(), (message) => others.push(message));
    await send(subscription);
    expect([received.length, others.length]).toEqual([1, 0]);
  });

  it('does not know an endpoint that was never given, and knows one that is gone', async () => {
    const { subscriber, subscription } = subscribe();
    expect((await send({ ...subscription, endpoint: `${url}/push/unknown` })).statusCode).toBe(404);
    push.unsubscribe(subscriber.token);
    expect((await send(subscription)).statusCode).toBe(410);
    expect(received).toEqual([]);
  });

  it.each<[string, number, (sent: Sent) => void]>([
    ['without a signature', 401, ({ headers }) => delete headers.authorization],
    [
      'with a forged signature',
      401,
      ({ headers }) => {
        headers.authorization = (headers.authorization ?? '').replace(/\.[\w-]+,/, `.${'A'.repeat(86)},`);
      },
    ],
    [
      'with a key that is no point of the curve',
      401,
      ({ headers }) => {
        const key = Buffer.alloc(65, 1).fill(4, 0, 1).toString('base64url');
        headers.authorization = (headers.authorization ?? '').replace(/k=.*/, `k=${key}`);
      },
    ],
    ['without a time to live', 400, ({ headers }) => delete headers.ttl],
    ['in clear text', 400, ({ headers }) => delete headers['content-encoding']],
    [
      'with a topic that is too long',
      400,
      ({ headers }) => Object.assign(headers, { topic: 'a'.repeat(33) }),
    ],
    [
      'of more than 4096 bytes',
      413,
      (sent) => {
        sent.body = Buffer.alloc(4_097);
        sent.headers['content-length'] = '4097';
      },
    ],
  ])('refuses a push %s', async (_, status, change) => {
    const { subscription } = subscribe();
    expect((await send(subscription, change)).statusCode).toBe(status);
    expect(received).toEqual([]);
  });

  it('refuses another application server, another audience, and a token out of its time', async () => {
    const { subscription } = subscribe();
    expect((await send(subscription, undefined, webPush.generateVAPIDKeys())).statusCode).toBe(403);

    const elsewhere = { ...subscription, endpoint: subscription.endpoint.replace('localhost', '127.0.0.1') };
    expect((await send(elsewhere)).statusCode).toBe(401);

    clock.now += 13 * 60 * 60 * 1000;
    expect((await send(subscription)).statusCode).toBe(401);
    clock.now -= 26 * 60 * 60 * 1000;
    expect((await send(subscription)).statusCode).toBe(401);
    expect(received).toEqual([]);
  });

  it('accepts what the phone cannot open, as real ones do, and the phone drops it', async () => {
    const { subscription } = subscribe();
    const answer = await send(subscription, (sent) => sent.body.fill(0, 90));
    expect(answer.statusCode).toBe(201);
    expect(received).toEqual([]);
  });
});
