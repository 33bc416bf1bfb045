import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseAllowedHost } from '@psc/outgoing';
import { startPushService } from '@psc/sandbox/push-service/start-push-service.ts';
import { generateSubscriber } from '@psc/sandbox/push-service/subscriber.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { afterEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { createWebPushes, type WebPushSettings } from './pushes.web-push.ts';

const vapid = { subject: 'mailto:ops@example.test', ...webPush.generateVAPIDKeys() };
const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

function openPushes(allowed: string, settings: Partial<WebPushSettings> = {}) {
  const allowedHosts = allowed.split(',').flatMap((entry) => parseAllowedHost(entry) ?? []);
  const pushes = createWebPushes({
    vapid,
    allowedHosts,
    privateAddresses: 'refused',
    timeoutMs: 5_000,
    clock: Date.now,
    ...settings,
  });
  opened.push(pushes.close);
  return pushes;
}

/** A server that answers as the test says, and counts what reached it. */
async function openServer(listener: RequestListener) {
  const reached = { connections: 0, requests: 0 };
  const server: Server = createServer((request, response) => {
    reached.requests++;
    listener(request, response);
  });
  server.on('connection', () => reached.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server that listens has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return { port, reached, origin: `http://127.0.0.1:${port}` };
}

function pushTo(endpoint: string, name = 'approval.device') {
  const { publicKey, auth } = generateSubscriber();
  return {
    subscription: { endpoint, keys: { p256dh: publicKey, auth } },
    message: 'hello',
    name,
    lifetime: 90,
  };
}

describe('a push', () => {
  it('reaches the phone through a push service, which alone opens it; the same name has the same topic', async () => {
    const [port = 0] = await freePorts(1);
    const service = await startPushService({ port, vapidPublicKey: vapid.publicKey });
    opened.push(service.close);
    const received: { text: string; topic: string; urgency: string }[] = [];
    const subscription = service.subscribe(generateSubscriber(), (message) => received.push(message));

    const pushes = openPushes(service.url);
    const push = { ...pushTo(''), subscription };
    for (const name of ['a.1', 'a.1', 'b.1']) {
      expect(await pushes.send({ ...push, name })).toEqual({ kind: 'taken' });
    }
    expect(received).toHaveLength(3);
    expect(received[0]).toMatchObject({ text: 'hello', urgency: 'high' });
    expect(received[0]?.topic).toHaveLength(32);
    expect(received[1]?.topic).toBe(received[0]?.topic);
    expect(received[2]?.topic).not.toBe(received[0]?.topic);
  });

  it.each([
    [404, {}, { kind: 'gone' }],
    [410, {}, { kind: 'gone' }],
    [400, {}, { kind: 'refused', reason: 'push_rejected' }],
    [403, {}, { kind: 'refused', reason: 'push_rejected' }],
    [413, {}, { kind: 'refused', reason: 'push_rejected' }],
    [429, {}, { kind: 'hindered', reason: 'push_too_many_requests', retryAfterMs: 0 }],
    [
      429,
      { 'retry-after': '12' },
      { kind: 'hindered', reason: 'push_too_many_requests', retryAfterMs: 12_000 },
    ],
    [503, { 'retry-after': 'soon' }, { kind: 'hindered', reason: 'push_service_error', retryAfterMs: 0 }],
    [
      503,
      { 'retry-after': 'Mon, 01 Jun 2026 12:00:30 GMT' },
      { kind: 'hindered', reason: 'push_service_error', retryAfterMs: 30_000 },
    ],
  ])('answered with %i %j', async (status, headers, answer) => {
    const server = await openServer((_, response) => response.writeHead(status, headers).end('body'));
    const clock = () => Date.UTC(2026, 5, 1, 12);
    expect(await openPushes(server.origin, { clock }).send(pushTo(`${server.origin}/x`))).toEqual(answer);
  });

  it('is hindered by a push service that cannot be reached, that cuts the line, or that never answers', async () => {
    const [port = 0] = await freePorts(1);
    const unreachable = { kind: 'hindered', reason: 'push_unreachable', retryAfterMs: 0 };
    const nobody = `http://127.0.0.1:${port}`;
    expect(await openPushes(nobody).send(pushTo(`${nobody}/x`))).toEqual(unreachable);

    const cut = await openServer((request) => request.socket.destroy());
    expect(await openPushes(cut.origin).send(pushTo(`${cut.origin}/x`))).toEqual(unreachable);

    const silent = await openServer(() => undefined);
    const impatient = openPushes(silent.origin, { timeoutMs: 100 });
    expect(await impatient.send(pushTo(`${silent.origin}/x`))).toEqual(unreachable);
    expect(silent.reached.requests).toBe(1);
  });

  it('does not wait for the end of an endless answer', async () => {
    const endless = await openServer((_, response) => {
      response.writeHead(201);
      response.write('and so on');
    });
    expect(await openPushes(endless.origin).send(pushTo(`${endless.origin}/x`))).toEqual({ kind: 'taken' });
  });

  it('does not follow a redirection', async () => {
    const target = await openServer((_, response) => response.writeHead(201).end());
    const server = await openServer((_, response) =>
      response.writeHead(307, { location: `${target.origin}/inside` }).end(),
    );
    const pushes = openPushes(`${server.origin},${target.origin}`);
    const answer = await pushes.send(pushTo(`${server.origin}/x`));
    expect(answer).toEqual({ kind: 'refused', reason: 'push_redirected' });
    expect([server.reached.requests, target.reached.requests]).toEqual([1, 0]);
  });

  it('never goes to an address that is not on the list', async () => {
    const inside = await openServer((_, response) => response.writeHead(201).end());
    const forbidden = { kind: 'refused', reason: 'push_target_forbidden' };
    const pushes = openPushes('https://push.example,http://localhost:1');
    for (const endpoint of [
      `${inside.origin}/x`,
      `http://localhost:${inside.port}/x`,
      'file:///etc/passwd',
      '',
    ]) {
      expect(await pushes.send(pushTo(endpoint))).toEqual(forbidden);
    }
    expect(inside.reached.connections).toBe(0);
  });

  it.each([
    ['a name that leads to it', 'localhost'],
    ['its figures', '127.0.0.1'],
    ['its figures, written otherwise', '0x7f.1'],
    ['its figures in IPv6', '[::1]'],
  ])(
    'over https never goes to a private address by %s, unless the configuration says so',
    async (_, host) => {
      const inside = await openServer(() => undefined);
      const endpoint = new URL(`https://${host}:${inside.port}/x`);
      const allowed = endpoint.origin;

      const refused = await openPushes(allowed).send(pushTo(endpoint.href));
      expect(refused).toEqual({ kind: 'refused', reason: 'push_target_forbidden' });
      expect(inside.reached.connections).toBe(0);

      // It does not speak TLS: going there is to fail there.
      const tried = await openPushes(allowed, { privateAddresses: 'allowed' }).send(pushTo(endpoint.href));
      expect(tried).toMatchObject({ kind: 'hindered', reason: 'push_unreachable' });
      if (host !== '[::1]') expect(inside.reached.connections).toBe(1);
    },
  );

  it('is not sent for a device whose keys encrypt nothing', async () => {
    const server = await openServer((_, response) => response.writeHead(201).end());
    const pushes = openPushes(server.origin);
    const push = pushTo(`${server.origin}/x`);
    for (const keys of [
      { p256dh: '', auth: '' },
      { p256dh: 'AAAA', auth: push.subscription.keys.auth },
      { p256dh: push.subscription.keys.p256dh, auth: 'AAAA' },
      // Of the right length, and not on the curve.
      { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: push.subscription.keys.auth },
    ]) {
      const answer = await pushes.send({ ...push, subscription: { ...push.subscription, keys } });
      expect(answer).toEqual({ kind: 'refused', reason: 'push_keys_malformed' });
    }
    expect(server.reached.requests).toBe(0);
  });
});
