import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPki } from './keep-pki.ts';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'sandbox-pki-')), 'pki');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

const names = ['localhost', '127.0.0.1'];

describe('the test PKI of a sandbox', () => {
  it('is made once, and its keys are only for their owner', async () => {
    const made = keepPki(directory, names);
    const files = await readdir(directory);
    expect(files.toSorted()).toEqual([
      'authority.key',
      'authority.pem',
      'sandbox-mtls.key',
      'sandbox-mtls.pem',
      'server.key',
      'server.pem',
    ]);
    for (const file of files.filter((each) => each.endsWith('.key'))) {
      expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    }
    const again = keepPki(directory, names);
    expect(again.server).toEqual(made.server);
    expect(again.mtlsApplication).toEqual(made.mtlsApplication);
    expect(again.authority.certificate).toBe(made.authority.certificate);
  });

  it('issues a certificate for this machine, and one for an organisation', () => {
    const { authority, server, mtlsApplication } = keepPki(directory, names);
    const issuer = new X509Certificate(authority.certificate);
    const [forServer, forClient] = [server, mtlsApplication].map(
      ({ certificate }) => new X509Certificate(certificate),
    );
    for (const certificate of [forServer, forClient])
      expect(certificate?.verify(issuer.publicKey)).toBe(true);
    expect(forServer?.checkHost('localhost')).toBe('localhost');
    expect(forServer?.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(forClient?.subject.split('\n')).toEqual([
      'C=FR',
      'O=ETABLISSEMENT DE DEMONSTRATION',
      'OU=10B0270001',
      'CN=sandbox-mtls',
    ]);
    expect(forClient?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  it('makes anew what no longer fits, below the same authority', async () => {
    const made = keepPki(directory, names);
    const renamed = keepPki(directory, [...names, 'psc.test']);
    expect(new X509Certificate(renamed.server.certificate).checkHost('psc.test')).toBe('psc.test');
    expect(renamed.mtlsApplication).toEqual(made.mtlsApplication);

    await chmod(join(directory, 'sandbox-mtls.key'), 0o644);
    await writeFile(join(directory, 'sandbox-mtls.key'), made.server.key);
    const repaired = keepPki(directory, names);
    expect(repaired.mtlsApplication).not.toEqual(made.mtlsApplication);
    expect((await stat(join(directory, 'sandbox-mtls.key'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(directory, 'authority.pem'), 'utf8')).toBe(made.authority.certificate);
  });

  it('begins again when the authority is gone', async () => {
    const made = keepPki(directory, names);
    await rm(join(directory, 'authority.key'));
    const again = keepPki(directory, names);
    const issuer = new X509Certificate(again.authority.certificate);
    expect(again.authority.certificate).not.toBe(made.authority.certificate);
    for (const { certificate } of [again.server, again.mtlsApplication]) {
      expect(new X509Certificate(certificate).verify(issuer.publicKey)).toBe(true);
    }
  });
});
