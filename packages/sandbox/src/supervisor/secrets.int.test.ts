import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSeal } from '@psc/datastores';
import { createServiceIdentity } from '@psc/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepSecrets, trustOf } from './secrets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psc-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('makes secrets once, in a file that only its owner may read', () => {
  const file = join(folder, 'new', 'secrets.json');
  const secrets = keepSecrets(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(keepSecrets(file)).toEqual(secrets);
  expect(keepSecrets(join(folder, 'other.json')).postgresPassword).not.toBe(secrets.postgresPassword);
});

it('keeps what it finds and makes what is missing', () => {
  const file = join(folder, 'old.json');
  const { vapid: _missing, ...old } = keepSecrets(file);
  writeFileSync(file, JSON.stringify(old));
  const secrets = keepSecrets(file);
  expect(secrets).toMatchObject(old);
  expect(JSON.parse(readFileSync(file, 'utf8')).vapid).toEqual(secrets.vapid);
});

it('makes keys that seal, and identities that trust each other', async () => {
  const secrets = keepSecrets(join(folder, 'keys.json'));
  const seal = createSeal(secrets.approvalSealKeys);
  expect(seal.open('a', seal.seal('a', 'x'))).toBe('x');
  const trust = trustOf(secrets);
  expect(JSON.stringify(trust)).not.toContain('"d"');
  const open = (name: 'auth-broker' | 'oidc-provider') =>
    createServiceIdentity({ name, key: secrets.serviceKeys[name], trust, clock: Date.now });
  const token = await (await open('auth-broker')).tokenFor('oidc-provider');
  expect(await (await open('oidc-provider')).callerOf(`Bearer ${token}`)).toBe('auth-broker');
});
