import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type ExtractKind, extractFileName, generateExtract } from '@psc/extracts';
import { createAuthority } from '@psc/test-pki';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { fingerprint } from '#src/testing/empty-register.ts';

const { postgres, url, close } = await openTestDatabase(new URL('../migrations/', import.meta.url));
const env = { DATABASE_URL: url, CONTACT_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}` };
const command = new URL('./directory.ts', import.meta.url).pathname;
const PEOPLE = 200;

const contentOf = (kind: ExtractKind) =>
  Buffer.concat([...generateExtract({ kind, seed: 1, people: PEOPLE })]);

let folder: string;
let server: Server;
/** What the server sends, by path. */
const served = new Map<string, { content: Buffer; headers?: Record<string, string> }>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
  const authority = createAuthority({ subject: [{ CN: 'AC RACINE DE TEST' }] });
  await writeFile(join(folder, 'authority.pem'), authority.certificate);
  const { certificate, key } = authority.issue({
    subject: [{ CN: 'service.example' }],
    names: ['localhost'],
    usages: ['serverAuth'],
  });
  server = createServer({ cert: certificate, key }, (request, response) => {
    const found = served.get((request.url ?? '').split('?')[0] ?? '');
    if (found) response.writeHead(200, found.headers).end(found.content);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
  await close();
});

const addressOf = (path: string) => `https://localhost:${(server.address() as AddressInfo).port}${path}`;
const authority = () => join(folder, 'authority.pem');

async function importFrom(args: readonly string[], piped: Buffer = Buffer.alloc(0)) {
  const child = spawn(process.execPath, [command, 'import', ...args], { env });
  const [out, err] = [buffer(child.stdout), buffer(child.stderr)];
  child.stdin.end(piped);
  const [code] = await once(child, 'close');
  const versions = (await out)
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, versions, err: (await err).toString() };
}

async function zipOf(...kinds: ExtractKind[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const kind of kinds) zip.addBuffer(contentOf(kind), extractFileName(kind, '202601020843'));
  zip.end();
  return buffer(zip.outputStream);
}

describe('psc directory import', () => {
  it('imports each file of a zip, from a server that the given authority signed', async () => {
    const content = await zipOf('savoir-faire', 'dipl-autexerc', 'personne-activite');
    const name = 'PS_LibreAcces_202601020942.zip';
    served.set('/extraction/PS_LibreAcces', {
      content,
      headers: { 'content-disposition': `attachment; filename=${name}` },
    });
    const { code, versions } = await importFrom([
      '--ca',
      authority(),
      addressOf('/extraction/PS_LibreAcces'),
    ]);
    expect(code).toBe(0);
    expect(versions).toMatchObject([
      { kind: 'personne_activite', source: `${name}/PS_LibreAcces_Personne_activite_202601020843.txt` },
      { kind: 'savoir_faire', source: `${name}/PS_LibreAcces_SavoirFaire_202601020843.txt` },
      { kind: 'dipl_autexerc', source: `${name}/PS_LibreAcces_Dipl_AutExerc_202601020843.txt` },
    ]);
    expect(versions[0].people).toBeGreaterThan(PEOPLE * 0.9);
  });

  it('imports what is piped in', async () => {
    const { code, versions } = await importFrom(['-'], contentOf('porteurs'));
    expect(code).toBe(0);
    expect(versions).toMatchObject([{ kind: 'porteurs', source: 'standard input', rejected: 0 }]);
  });

  it.each<[string, string, RegExp]>([
    ['a server that nobody trusted signed', '/file', /\(download_untrusted\): .*--ca/],
    ['a server that has no such file', '/nothing', /\(download_not_found\)/],
    ['a page to log in', '/page', /\(file_is_a_web_page\)/],
    ['a page that says that it is a file', '/disguised', /\(file_is_a_web_page\)/],
    ['a zip that was cut', '/cut', /\(zip_damaged\)/],
    ['a zip with a byte that differs', '/bent', /\(zip_damaged\): "PS_LibreAcces_Personne/],
    ['a file that was cut', '/truncated', /\(file_truncated\): the last line stops in column \d+ of 56/],
  ])('refuses %s, and the register is as it was', async (_, path, sentence) => {
    const zip = await zipOf('personne-activite');
    const bent = Buffer.from(zip);
    bent[10_000] = (bent[10_000] ?? 0) ^ 0xff;
    const page = Buffer.from('<!DOCTYPE html><title>Connexion</title>');
    const content = contentOf('personne-activite');
    served.set('/file', { content });
    served.set('/page', { content: page, headers: { 'content-type': 'text/html' } });
    served.set('/disguised', { content: page });
    served.set('/cut', { content: zip.subarray(0, -30) });
    served.set('/bent', { content: bent });
    served.set('/truncated', { content: content.subarray(0, -200) });
    const before = await fingerprint(postgres);

    const trust = path === '/file' ? [] : ['--ca', authority()];
    const { code, versions, err } = await importFrom([...trust, `${addressOf(path)}?key=secret`]);
    expect(code).toBe(1);
    expect(versions).toEqual([]);
    const said = err.trimEnd().split('\n').at(-1);
    expect(said).toMatch(sentence);
    expect(err).not.toContain('secret');
    expect(await fingerprint(postgres)).toEqual(before);
  });
});
