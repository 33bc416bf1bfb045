import { once } from 'node:events';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent, type RequestOptions, request as secureRequest } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { createAuthority, type Issued } from '@psc/test-pki';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer } from './http-server.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { createCertificateReader } from './presented-certificate.ts';
import { openTlsListener } from './tls-listener.ts';

const authority = createAuthority({ subject: [{ CN: 'Autorité' }] });
const server = authority.issue({
  subject: [{ CN: 'localhost' }],
  usages: ['serverAuth'],
  names: ['localhost'],
});
const client = authority.issue({ subject: [{ CN: 'client' }], usages: ['clientAuth'] });
const other = createAuthority({ subject: [{ CN: 'Personne' }] }).issue({ subject: [{ CN: 'autre' }] });

let app: FastifyInstance;
let plainUrl: string;
let secureUrl: string;
let stop: () => Promise<void>;
let unreadable: number;

/** A service behind proxies of these addresses, on both kinds of listener, that says whose certificate it sees. */
async function start(trustedProxies: readonly string[]): Promise<void> {
  app = createHttpServer({
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics('test'),
    isReady: async () => true,
    trustedProxies,
  });
  unreadable = 0;
  const read = createCertificateReader({
    header: 'Client-Cert',
    trustedProxies,
    onUnreadable: () => {
      unreadable += 1;
    },
  });
  app.get('/whoami', async ({ raw, ip }) => ({
    subject: read(raw)?.subject ?? null,
    header: raw.headers['client-cert'] ?? null,
    ip,
  }));
  app.get('/slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return 'done';
  });
  plainUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  const port = await freePort();
  stop = await openTlsListener(app, {
    host: 'localhost',
    port,
    certificate: server.certificate,
    key: server.key,
  });
  secureUrl = `https://localhost:${port}`;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost');
  await once(probe, 'listening');
  // A TCP server that listens has an address of this shape.
  const { port } = probe.address() as AddressInfo;
  await once(probe.close(), 'close');
  return port;
}

async function bodyOf(call: ReturnType<typeof plainRequest>): Promise<string> {
  call.end();
  const [response]: IncomingMessage[] = await once(call, 'response');
  let text = '';
  for await (const chunk of response ?? []) text += chunk;
  return text;
}

const askPlainly = async (headers: Record<string, string>) =>
  JSON.parse(await bodyOf(plainRequest(`${plainUrl}/whoami`, { headers })));
const askSecurely = async (issued: Issued | undefined, options: RequestOptions = {}) =>
  JSON.parse(
    await bodyOf(
      secureRequest(`${secureUrl}/whoami`, {
        ca: authority.certificate,
        ...(issued ? { cert: issued.certificate, key: issued.key } : {}),
        agent: new Agent(),
        ...options,
      }),
    ),
  );

const escaped = (pem: string) => encodeURIComponent(pem);
const byteSequence = (pem: string) => `:${pem.replace(/-----[A-Z ]+-----|\s/g, '')}:`;

afterEach(async () => {
  await stop();
  await app.close();
});

describe('over TLS', () => {
  beforeEach(() => start(['127.0.0.1', '::1']));

  it('the certificate is the one of the connection, whoever issued it, or none', async () => {
    expect(await askSecurely(client)).toMatchObject({ subject: 'CN=client' });
    expect(await askSecurely(other)).toMatchObject({ subject: 'CN=autre' });
    expect(await askSecurely(undefined)).toMatchObject({ subject: null });
  });

  it('is still known when a session is resumed', async () => {
    const agent = new Agent({ maxCachedSessions: 10, keepAlive: false });
    const resumed: boolean[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const call = secureRequest(`${secureUrl}/whoami`, {
        ca: authority.certificate,
        cert: client.certificate,
        key: client.key,
        agent,
      });
      call.on('socket', (socket) =>
        socket.on('secureConnect', () => resumed.push((socket as TLSSocket).isSessionReused())),
      );
      expect(JSON.parse(await bodyOf(call))).toMatchObject({ subject: 'CN=client' });
    }
    expect(resumed).toEqual([false, true]);
  });

  it('no header is believed, even of the address of a trusted proxy', async () => {
    const headers = { 'client-cert': byteSequence(client.certificate), 'x-forwarded-for': '192.0.2.7' };
    const seen = await askSecurely(undefined, { headers });
    expect(seen).toEqual({ subject: null, header: null, ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) });
  });

  it('nothing older than TLS 1.2 is spoken', async () => {
    const { port } = new URL(secureUrl);
    const options = { port: Number(port), host: 'localhost', ca: authority.certificate };
    const old = connect({
      ...options,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
    const recent = connect({ ...options, maxVersion: 'TLSv1.2' });
    await once(recent, 'secureConnect');
    expect(recent.getProtocol()).toBe('TLSv1.2');
    recent.destroy();
  });

  it('stops after what is in flight, although a connection was never used', async () => {
    const { port } = new URL(secureUrl);
    const idle = connect({ port: Number(port), host: 'localhost', ca: authority.certificate });
    idle.on('error', () => undefined);
    await once(idle, 'secureConnect');
    const answer = bodyOf(
      secureRequest(`${secureUrl}/slow`, { ca: authority.certificate, agent: new Agent() }),
    );
    await askSecurely(undefined);
    await Promise.all([stop(), once(idle, 'close')]);
    expect(await answer).toBe('done');
    await expect(askSecurely(undefined)).rejects.toThrow('ECONNREFUSED');
    stop = async () => undefined;
  });
});

describe('behind a proxy that ends TLS', () => {
  beforeEach(() => start(['127.0.0.0/8']));

  it.each([
    ['as RFC 9440 writes it', byteSequence(client.certificate)],
    ['as nginx escapes it', escaped(client.certificate)],
    ['as proxies escape it that leave + alone', encodeURI(client.certificate)],
  ])('its header is believed %s', async (_how, value) => {
    expect(await askPlainly({ 'client-cert': value })).toMatchObject({ subject: 'CN=client', header: null });
  });

  it.each([
    ['two certificates', `${byteSequence(client.certificate)}, ${byteSequence(other.certificate)}`],
    ['two certificates in one', escaped(client.certificate + other.certificate)],
    ['half a certificate', byteSequence(client.certificate).slice(0, 200)],
    ['bytes that are no certificate', ':AAAA:'],
    ['a subject', 'CN=client'],
    ['a broken escape', '%E0%A4%A'],
  ])('%s are none, and it is told', async (_what, value) => {
    expect(await askPlainly({ 'client-cert': value })).toMatchObject({ subject: null, header: null });
    expect(unreadable).toBe(1);
  });
});

describe('without a proxy that is trusted', () => {
  beforeEach(() => start(['192.0.2.1']));

  it('the header of anybody is removed, not believed', async () => {
    expect(await askPlainly({ 'client-cert': byteSequence(client.certificate) })).toMatchObject({
      subject: null,
      header: null,
    });
    expect(unreadable).toBe(0);
  });
});
