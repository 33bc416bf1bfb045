import * as dns from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { createAuthority } from '@psc/test-pki';
import { afterEach, describe, expect, it } from 'vitest';
import { parseNetwork } from './addresses.ts';
import { parseAllowedHost } from './allowed-hosts.ts';
import { createGuardedFetch, type GuardSettings, OutgoingCallError } from './guarded-fetch.ts';

const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

interface Rules extends Partial<Omit<GuardSettings, 'allowedHosts' | 'privateNetworks'>> {
  readonly hosts?: string;
  readonly networks?: string;
}

/** By default: what the sandbox allows, plain http to this machine. */
function openGuard({ hosts = 'http://127.0.0.1:*', networks = '127.0.0.0/8', ...settings }: Rules = {}) {
  const guarded = createGuardedFetch({
    allowedHosts: hosts.split(',').flatMap((entry) => parseAllowedHost(entry) ?? []),
    privateNetworks: networks.split(',').flatMap((entry) => parseNetwork(entry) ?? []),
    timeoutMs: 5_000,
    maxAnswerBytes: 10_000,
    ...settings,
  });
  opened.push(guarded.close);
  return guarded;
}

/** A server that answers as the test says, and counts what reached it. */
async function listen(server: Server, scheme: 'http' | 'https', host = '127.0.0.1', port = 0) {
  const reached = { connections: 0, requests: 0 };
  server.on('connection', () => reached.connections++);
  server.on('request', () => reached.requests++);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  opened.push(() => {
    if ('closeAllConnections' in server) (server as http.Server).closeAllConnections();
    server.close();
  });
  // A TCP server that listens has an address of this shape.
  const address = server.address() as AddressInfo;
  return { port: address.port, reached, origin: `${scheme}://${host}:${address.port}` };
}

const openServer = (listener: http.RequestListener, host?: string, port?: number) =>
  listen(http.createServer(listener), 'http', host, port);

const ok: http.RequestListener = (_, response) => response.end('here');

/** What became of a call: its status and body, or the code of its failure. */
async function outcomeOf(call: Promise<Response>) {
  try {
    const response = await call;
    return { status: response.status, body: await response.text() };
  } catch (error) {
    if (error instanceof OutgoingCallError) return error.code;
    throw error;
  }
}

describe('a guarded call', () => {
  it('is a fetch: method, headers and body go, status, headers and body come back', async () => {
    const server = await openServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.writeHead(201, [
        ['content-type', 'text/plain'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ] as never);
      const { authorization, 'content-type': type, 'content-length': length } = request.headers;
      response.end(
        JSON.stringify([
          request.method,
          request.url,
          authorization,
          type,
          length,
          `${Buffer.concat(chunks)}`,
        ]),
      );
    });
    const response = await openGuard()(new URL(`${server.origin}/logout?a=b`), {
      method: 'POST',
      headers: { authorization: 'Bearer abc' },
      body: new URLSearchParams({ logout_token: 'é' }),
    });
    expect([response.status, response.ok]).toEqual([201, true]);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toEqual([
      'POST',
      '/logout?a=b',
      'Bearer abc',
      'application/x-www-form-urlencoded;charset=UTF-8',
      '19',
      'logout_token=%C3%A9',
    ]);
  });

  it('takes a Request, and an answer without a body', async () => {
    const server = await openServer((request, response) =>
      response.writeHead(request.method === 'PUT' ? 204 : 500).end(),
    );
    const response = await openGuard()(new Request(`${server.origin}/x`, { method: 'PUT', body: 'b' }));
    expect([response.status, response.body]).toEqual([204, null]);
  });

  describe('of an address', () => {
    it('that is not on the list reaches nobody', async () => {
      const inside = await openServer(ok);
      const guarded = openGuard({ hosts: `app.example,http://localhost:${inside.port + 1}` });
      for (const url of [`${inside.origin}/x`, `http://localhost:${inside.port}/`, 'https://other.example/'])
        expect(await outcomeOf(guarded(url))).toBe('call_host_forbidden');
      expect(inside.reached.connections).toBe(0);
    });

    it.each(['http', 'https'])('with a user, or that is none, is refused (%s)', async (scheme) => {
      const inside = await openServer(ok);
      const guarded = openGuard({ hosts: `${scheme}://127.0.0.1:*,*` });
      for (const url of [
        `${scheme}://user@127.0.0.1:${inside.port}/`,
        `${scheme}://:secret@127.0.0.1:${inside.port}/`,
        'file:///etc/passwd',
        'data:text/plain,hello',
        'ftp://127.0.0.1/',
        '/relative',
        '',
      ])
        expect(await outcomeOf(guarded(url))).toBe('call_url_malformed');
      expect(inside.reached.connections).toBe(0);
    });

    it.each([
      ['a name that leads to it', 'localhost'],
      ['its figures', '127.0.0.1'],
      ['its figures, written otherwise', '0x7f.1'],
      ['its figures, as one number', '2130706433'],
      ['its figures in IPv6', '[::1]'],
      ['IPv4 inside IPv6', '[::ffff:127.0.0.1]'],
      ['any address of this host', '0.0.0.0'],
    ])('that is private is never reached by %s, unless a network allows it', async (_, host) => {
      const inside = await openServer(ok, '0.0.0.0');
      const url = `https://${host}:${inside.port}/x`;
      const guarded = openGuard({ hosts: '*', networks: '10.0.0.0/8' });
      expect(await outcomeOf(guarded(url))).toBe('call_address_forbidden');
      expect(inside.reached.connections).toBe(0);

      // It does not speak TLS: going there is to fail there.
      const allowed = openGuard({ hosts: '*', networks: '127.0.0.0/8,0.0.0.0/32' });
      const outcome = await outcomeOf(allowed(url));
      if (host === '[::1]') return expect(outcome).toBe('call_address_forbidden');
      expect(outcome).toBe('call_tls_failed');
      expect(inside.reached.connections).toBe(1);
    });

    it('goes where the name led when it was checked, whatever the name answers next (DNS rebinding)', async () => {
      const first = await openServer(ok, '127.0.0.1');
      const inside = await openServer(ok, '127.0.0.2', first.port);
      const asked: string[] = [];
      /** The first question gets an address that may be called, the others one that may not. */
      const lookup: GuardSettings['lookup'] = (hostname, _options, callback) => {
        asked.push(hostname);
        const address = asked.length === 1 ? '127.0.0.1' : '127.0.0.2';
        callback(null, [{ address, family: 4 }]);
      };
      const guarded = openGuard({ hosts: 'http://rebind.example:*', networks: '127.0.0.1', lookup });

      const url = `http://rebind.example:${first.port}/`;
      expect(await outcomeOf(guarded(url))).toEqual({ status: 200, body: 'here' });
      expect(asked).toEqual(['rebind.example']);
      expect([first.reached.requests, inside.reached.connections]).toEqual([1, 0]);

      expect(await outcomeOf(guarded(url))).toBe('call_address_forbidden');
      expect([first.reached.requests, inside.reached.connections]).toEqual([1, 0]);
    });

    it('keeps to what may be called when a name has addresses of both kinds', async () => {
      const inside = await openServer(ok, '127.0.0.2');
      const lookup: GuardSettings['lookup'] = (_hostname, _options, callback) =>
        callback(null, [
          { address: '127.0.0.2', family: 4 },
          { address: '::1', family: 6 },
          { address: '127.0.0.1', family: 4 },
        ]);
      const guarded = openGuard({ hosts: 'http://both.example:*', networks: '127.0.0.1', lookup });
      expect(await outcomeOf(guarded(`http://both.example:${inside.port}/`))).toBe('call_unreachable');
      expect(inside.reached.connections).toBe(0);
    });

    it('says when its name leads nowhere', async () => {
      const lookup: GuardSettings['lookup'] = (_hostname, _options, callback) =>
        callback(Object.assign(new Error('not found'), { code: dns.NOTFOUND }), []);
      expect(await outcomeOf(openGuard({ hosts: '*', lookup })('https://nowhere.example/'))).toBe(
        'call_name_unresolved',
      );
    });
  });

  describe('that is answered with a redirection', () => {
    it.each([301, 302, 303, 307, 308])('has the redirection itself for an answer (%i)', async (status) => {
      const target = await openServer(ok);
      const server = await openServer((_, response) =>
        response.writeHead(status, { location: `${target.origin}/inside` }).end('moved'),
      );
      const guarded = openGuard();
      expect(await outcomeOf(guarded(server.origin, { redirect: 'follow' }))).toEqual({
        status,
        body: 'moved',
      });
      expect([server.reached.requests, target.reached.connections]).toEqual([1, 0]);
    });
  });

  describe('of a server that keeps us waiting', () => {
    it.each<[string, http.RequestListener]>([
      ['never answers', () => undefined],
      ['sends its headers, and then nothing', (_, response) => void response.writeHead(200).write('a')],
      [
        'sends its body byte after byte',
        (_, response) => {
          const timer = setInterval(() => response.write('a'), 20);
          response.on('close', () => clearInterval(timer));
        },
      ],
    ])('ends when its time is over: it %s', async (_, listener) => {
      const server = await openServer(listener);
      const started = performance.now();
      expect(await outcomeOf(openGuard({ timeoutMs: 200 })(server.origin))).toBe('call_timed_out');
      expect(performance.now() - started).toBeLessThan(2_000);
      expect(server.reached.requests).toBe(1);
    });

    it('ends when its caller gives up, with its reason', async () => {
      const server = await openServer(() => undefined);
      const reason = new Error('the caller gave up');
      const controller = new AbortController();
      const call = openGuard()(server.origin, { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 50);
      await expect(call).rejects.toBe(reason);
      await expect(openGuard()(server.origin, { signal: controller.signal })).rejects.toBe(reason);
    });

    it('ends when the name does not resolve in time', async () => {
      const guarded = openGuard({ hosts: '*', timeoutMs: 100, lookup: () => undefined });
      expect(await outcomeOf(guarded('https://slow.example/'))).toBe('call_timed_out');
    });
  });

  describe('with a long answer', () => {
    it.each<[string, http.RequestListener]>([
      [
        'that says so',
        (_, response) => response.writeHead(200, { 'content-length': 10_001 }).end('a'.repeat(10_001)),
      ],
      ['that does not say so', (_, response) => void response.write('a'.repeat(10_001))],
      [
        'that has no end',
        (_, response) => {
          const more = () => {
            while (response.write('a'.repeat(1_000)));
          };
          response.on('drain', more);
          more();
        },
      ],
    ])('is cut: one %s', async (_, listener) => {
      const { promise: cut, resolve } = Promise.withResolvers<void>();
      const server = await openServer((request, response) => {
        response.once('close', resolve);
        listener(request, response);
      });
      expect(await outcomeOf(openGuard()(server.origin))).toBe('call_answer_too_large');
      await cut;
    });

    it('passes at the limit', async () => {
      const server = await openServer((_, response) => response.end('a'.repeat(10_000)));
      expect(await outcomeOf(openGuard()(server.origin))).toEqual({ status: 200, body: 'a'.repeat(10_000) });
    });

    it('is not opened when it is compressed: a small one may hide a huge one', async () => {
      const bomb = gzipSync('a'.repeat(1_000_000));
      const asked: unknown[] = [];
      const server = await openServer((request, response) => {
        asked.push(request.headers['accept-encoding']);
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      });
      const response = await openGuard()(server.origin, { headers: { 'accept-encoding': 'gzip' } });
      expect((await response.arrayBuffer()).byteLength).toBe(bomb.length);
      expect(asked).toEqual(['identity']);
    });

    it('lets the connection go when nobody wants it', async () => {
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      const server = await openServer((_, response) => {
        response.once('close', resolve);
        response.write('a');
      });
      const response = await openGuard()(server.origin);
      await response.body?.cancel();
      await gone;
    });
  });

  it('says that a server is not reached, cuts the line, or speaks something else', async () => {
    const [port = 0] = await freePorts(1);
    expect(await outcomeOf(openGuard()(`http://127.0.0.1:${port}/`))).toBe('call_unreachable');
    const cut = await openServer((request) => request.socket.destroy());
    expect(await outcomeOf(openGuard()(cut.origin))).toBe('call_unreachable');
    const halfway = await openServer((request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('a');
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(await outcomeOf(openGuard()(halfway.origin))).toBe('call_unreachable');
    for (const line of [
      'SSH-2.0-OpenSSH_9.9\r\n',
      'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n',
      'HTTP/1.1 101 Up\r\nupgrade: x\r\n\r\n',
    ]) {
      const other = await openServer((request) => void request.socket.end(line));
      expect(await outcomeOf(openGuard()(other.origin))).toBe('call_unreachable');
    }
  });

  it('never quotes the address in its error', async () => {
    const error = await openGuard({ hosts: 'app.example' })('https://evil.example/?token=secret').catch(
      String,
    );
    expect(error).toBe('OutgoingCallError: an outgoing call failed: call_host_forbidden');
  });

  describe('over https', () => {
    async function openTlsServer(names: readonly string[]) {
      const authority = createAuthority({ subject: [{ CN: 'Tests' }] });
      const { certificate: cert, key } = authority.issue({ subject: [{ CN: 'server' }], names });
      const server = https.createServer({ cert, key }, ok);
      return { ...(await listen(server, 'https')), ca: authority.certificate };
    }
    const hosts = 'localhost:*,127.0.0.1:*';
    const networks = '127.0.0.0/8,::1';

    it('trusts the authority that the configuration adds, and no unknown one', async () => {
      const { ca, origin, port } = await openTlsServer(['127.0.0.1', 'localhost']);
      const trusting = openGuard({ hosts, networks, ca });
      expect(await outcomeOf(trusting(origin))).toEqual({ status: 200, body: 'here' });
      expect(await outcomeOf(trusting(`https://localhost:${port}/`))).toEqual({ status: 200, body: 'here' });

      const other = createAuthority({ subject: [{ CN: 'Tests' }] });
      expect(await outcomeOf(openGuard({ hosts, networks, ca: other.certificate })(origin))).toBe(
        'call_tls_failed',
      );
      expect(await outcomeOf(openGuard({ hosts, networks })(origin))).toBe('call_tls_failed');
    });

    it('refuses a certificate of another name', async () => {
      const { ca, origin, reached } = await openTlsServer(['app.example']);
      expect(await outcomeOf(openGuard({ hosts, networks, ca })(origin))).toBe('call_tls_failed');
      expect(reached.requests).toBe(0);
    });

    it('never falls to http', async () => {
      const plain = await openServer(ok);
      expect(await outcomeOf(openGuard({ hosts, networks })(plain.origin))).toBe('call_host_forbidden');
      expect(plain.reached.connections).toBe(0);
    });
  });
});
