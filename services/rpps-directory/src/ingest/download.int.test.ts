import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { personneActivite } from '@psc/sandbox/seeds/extracts.ts';
import { invent } from '@psc/sandbox/seeds/invent.ts';
import { createAuthority } from '@psc/test-pki';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { SourceOptions } from '#src/ports/extract.ts';
import { createExtracts } from './open-source.ts';

const people = Array.from({ length: 3_000 }, (_, i) => invent({}, i + 1));
const content = Buffer.from(personneActivite(people));

/** Answers requests one after the other; one too many fails the test. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const authority = createAuthority({ subject: [{ CN: 'AC DE TEST ELEMENTAIRE ORGANISATIONS' }] });
let folder: string;
let temporaryFolder: string;
let server: Server;
let answers: Answer[];
let asked: IncomingMessage[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authorities-'));
  temporaryFolder = await mkdtemp(join(tmpdir(), 'spool-'));
  await writeFile(join(folder, 'authority.pem'), authority.certificate);
  const other = createAuthority({ subject: [{ CN: 'AUTRE AC DE TEST' }] });
  await writeFile(join(folder, 'other.pem'), other.certificate);
  await writeFile(join(folder, 'nothing.pem'), 'no certificate');
  const { certificate, key } = authority.issue({
    subject: [{ CN: 'extraction.example' }],
    names: ['localhost', '127.0.0.1'],
    usages: ['serverAuth'],
  });
  server = createServer({ cert: certificate, key }, (request, response) => {
    asked.push(request);
    const answer = answers.shift();
    if (answer) answer(request, response);
    else response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  answers = [];
  asked = [];
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  // Whatever happened, nothing of what came is left.
  expect(await readdir(temporaryFolder)).toEqual([]);
  await rm(folder, { recursive: true });
  await rm(temporaryFolder, { recursive: true });
});

const addressOf = (path = '/extraction/PS_LibreAcces') =>
  `https://localhost:${(server.address() as AddressInfo).port}${path}`;

function open(address = addressOf(), options: SourceOptions = {}) {
  return createExtracts({ stdin: Readable.from([]), temporaryFolder, silenceMs: 2_000, pauseMs: 1 }).open(
    address,
    { caFile: join(folder, 'authority.pem'), ...options },
  );
}

/** How many people were read, or the refusal. */
async function fetchPeople(address?: string, options?: SourceOptions) {
  const opened = await open(address, options);
  if (!opened.ok) return opened;
  let people = 0;
  for (const extract of opened.value.extracts)
    for await (const batch of extract.read()) if (batch.ok) people += batch.value.described.length;
  await opened.value.close();
  return { people, sources: opened.value.extracts.map(({ source }) => source) };
}

const whole: Answer = (_, response) =>
  response.writeHead(200, { 'content-length': content.length, etag: '"v1"' }).end(content);
const cutAfter =
  (length: number, headers: Record<string, string> = { etag: '"v1"' }): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': content.length, ...headers });
    response.write(content.subarray(0, length), () => response.destroy());
  };
const rest: Answer = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
  const headers = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}`, etag: '"v1"' };
  response.writeHead(206, headers).end(content.subarray(from));
};
const redirection =
  (to: string): Answer =>
  (_, response) =>
    response.writeHead(302, { location: to }).end();

describe('a file at an https address', () => {
  it('is fetched from a server that the given authority signed', async () => {
    answers = [whole];
    const received: [number, number | undefined][] = [];
    const fetched = await fetchPeople(`${addressOf()}?key=secret`, {
      onReceived: (...progress) => received.push(progress),
    });
    expect(fetched).toEqual({ people: 3_000, sources: [addressOf()] });
    expect(received.at(-1)).toEqual([content.length, content.length]);
  });

  it('may be a zip', async () => {
    const zip = new ZipFile();
    zip.addBuffer(content, 'PS_LibreAcces_Personne_activite_202601020843.txt');
    zip.end();
    const zipped = await buffer(zip.outputStream);
    answers = [
      (_, response) =>
        response
          .writeHead(200, { 'content-disposition': 'attachment; filename=PS_LibreAcces_202601020942.zip' })
          .end(zipped),
    ];
    expect(await fetchPeople()).toEqual({
      people: 3_000,
      sources: ['PS_LibreAcces_202601020942.zip/PS_LibreAcces_Personne_activite_202601020843.txt'],
    });
  });

  it.each([
    ['attachment; filename=PS_LibreAcces_202601020942.txt', 'PS_LibreAcces_202601020942.txt'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['attachment; filename="é%[2J.txt"', 'é__2J.txt'],
  ])('is called as the server calls it: %s', async (disposition, name) => {
    answers = [(_, response) => response.writeHead(200, { 'content-disposition': disposition }).end(content)];
    expect(await fetchPeople()).toMatchObject({ people: 3_000, sources: [name] });
  });

  it.each([
    ['that no authority of the system signed', { caFile: undefined }],
    ['that another authority than the given one signed', { caFile: 'other.pem' }],
  ])('is not fetched from a server %s', async (_, { caFile }) => {
    const refused = await fetchPeople(addressOf(), { caFile: caFile && join(folder, caFile) });
    expect(refused).toMatchObject({ refusal: 'download_untrusted' });
    expect(asked).toEqual([]);
  });

  it('is not fetched with an authority that is none', async () => {
    for (const caFile of ['nothing.pem', 'nowhere.pem'])
      expect(await fetchPeople(addressOf(), { caFile: join(folder, caFile) })).toMatchObject({
        refusal: 'file_unreadable',
      });
  });

  it('is not fetched without https', async () => {
    expect(await fetchPeople('http://localhost:1/')).toMatchObject({ refusal: 'download_untrusted' });
    expect(await fetchPeople('ftp://localhost:1/')).toMatchObject({ refusal: 'download_untrusted' });
  });

  it('that nobody serves is unreachable', async () => {
    expect(await fetchPeople('https://localhost:1/')).toMatchObject({ refusal: 'download_unreachable' });
  });
});

describe('an interrupted download', () => {
  it('goes on where it stopped, as often as it must', async () => {
    answers = [
      cutAfter(100_000),
      (request, response) => {
        const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
        response.writeHead(206, {
          'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
          'content-length': content.length - from,
          etag: '"v1"',
        });
        response.write(content.subarray(from, from + 50_000), () => response.destroy());
      },
      rest,
    ];
    expect(await fetchPeople()).toMatchObject({ people: 3_000 });
    expect(asked).toHaveLength(3);
    expect(asked.map(({ headers }) => headers['if-range'])).toEqual([undefined, '"v1"', '"v1"']);
    expect(asked[2]?.headers.range).not.toBe(asked[1]?.headers.range);
  });

  it('goes on when the server sends less of the rest than it was asked for', async () => {
    answers = [
      cutAfter(100_000),
      (request, response) => {
        const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
        // Up to the end of a line, so that nothing in the file tells.
        const end = content.indexOf('\n', from);
        const range = `bytes ${from}-${end}/${content.length}`;
        response
          .writeHead(206, { 'content-range': range, 'content-length': end + 1 - from, etag: '"v1"' })
          .end(content.subarray(from, end + 1));
      },
      rest,
    ];
    expect(await fetchPeople()).toMatchObject({ people: 3_000 });
    expect(asked).toHaveLength(3);
  });

  it('starts again when the file changed meanwhile', async () => {
    answers = [cutAfter(100_000), whole];
    expect(await fetchPeople()).toMatchObject({ people: 3_000 });
    expect(asked[1]?.headers.range).toMatch(/^bytes=\d+-$/);
  });

  it('starts again when the server sends another part than asked for', async () => {
    answers = [
      cutAfter(100_000),
      (_, response) =>
        response.writeHead(206, { 'content-range': `bytes 5-9/${content.length}` }).end('12345'),
      whole,
    ];
    expect(await fetchPeople()).toMatchObject({ people: 3_000 });
    expect(asked[2]?.headers.range).toBeUndefined();
  });

  it.each([
    ['says nothing that proves the same file', {}],
    ['has only a weak proof', { etag: 'W/"v1"' }],
  ])('starts again when the server %s', async (_, headers) => {
    answers = [cutAfter(100_000, headers), whole];
    expect(await fetchPeople()).toMatchObject({ people: 3_000 });
    expect(asked[1]?.headers.range).toBeUndefined();
  });

  it('that never gets further is given up, and nothing is kept', async () => {
    answers = Array.from({ length: 20 }, () => cutAfter(0));
    expect(await fetchPeople()).toMatchObject({
      refusal: 'download_interrupted',
      sentence: expect.stringContaining(`of ${content.length} bytes`),
    });
    expect(asked).toHaveLength(5);
  });

  it('that starts again and again, further or less far, is given up too', async () => {
    answers = Array.from({ length: 40 }, (_, i) => cutAfter(i % 2 === 0 ? 10_000 : 20_000, {}));
    expect(await fetchPeople()).toMatchObject({ refusal: 'download_interrupted' });
    expect(asked.length).toBeLessThan(20);
  });

  it('of a server that falls silent goes on', async () => {
    answers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length, etag: '"v1"' });
        response.write(content.subarray(0, 10_000));
      },
      rest,
    ];
    expect(await fetchPeople()).toMatchObject({ people: 3_000 });
  });

  it('is left when it is asked to stop', async () => {
    const stop = new AbortController();
    answers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 10_000));
      },
    ];
    const fetching = fetchPeople(addressOf(), { signal: stop.signal, onReceived: () => stop.abort() });
    await expect(fetching).rejects.toThrow(/abort/i);
    expect(asked).toHaveLength(1);
  });
});

describe('what is not the file is refused:', () => {
  it.each<[string, Answer, string]>([
    ['not found', (_, response) => response.writeHead(404).end('no'), 'download_not_found'],
    ['an error', (_, response) => response.writeHead(503).end('later'), 'download_refused'],
    ['nothing', (_, response) => response.writeHead(204).end(), 'download_refused'],
    [
      'a page to log in',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'),
      'file_is_a_web_page',
    ],
    [
      'a page that says it is a file',
      (_, response) =>
        response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('<!doctype html>'),
      'file_is_a_web_page',
    ],
    [
      'an encoding that nobody asked for',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'download_refused',
    ],
    [
      'too much',
      (_, response) => {
        response.writeHead(200, { 'content-length': 9 * 1024 ** 3 });
        response.write('x');
      },
      'file_too_large',
    ],
  ])('%s', async (_, answer, refusal) => {
    answers = [answer];
    expect(await fetchPeople()).toMatchObject({ refusal });
    expect(asked).toHaveLength(1);
  });
});

describe('a redirection', () => {
  it('on the same host is followed', async () => {
    answers = [redirection('/somewhere/else.txt'), whole];
    expect(await fetchPeople()).toMatchObject({ people: 3_000 });
    expect(asked.map(({ url }) => url)).toEqual(['/extraction/PS_LibreAcces', '/somewhere/else.txt']);
  });

  it('to another host is refused with its name, unless that host is allowed', async () => {
    answers = [redirection('https://static.example/file.txt')];
    expect(await fetchPeople()).toMatchObject({
      refusal: 'download_redirected',
      sentence: expect.stringContaining('static.example'),
    });
    expect(asked).toHaveLength(1);
    const { port } = server.address() as AddressInfo;
    answers = [redirection(`https://127.0.0.1:${port}/file.txt`), whole];
    expect(await fetchPeople(addressOf(), { redirectHosts: ['127.0.0.1'] })).toMatchObject({ people: 3_000 });
  });

  it('away from https is refused', async () => {
    answers = [redirection('http://localhost/file.txt')];
    expect(await fetchPeople()).toMatchObject({ refusal: 'download_redirected' });
  });

  it('without end is refused', async () => {
    answers = Array.from({ length: 20 }, () => redirection('/again'));
    expect(await fetchPeople()).toMatchObject({ refusal: 'download_redirected' });
    expect(asked.length).toBeLessThan(10);
  });
});
