import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findRunningSandbox, leaveEnvironments } from './running-sandbox.ts';

const SEAL_KEYS = `k1:${Buffer.alloc(32, 1).toString('base64')}`;
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let folder: string;
beforeAll(async () => {
  const migrations = new URL('../../../services/oidc-provider/migrations/', import.meta.url);
  database = await openTestDatabase(migrations);
  folder = await mkdtemp(join(tmpdir(), 'psc-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database?.close();
});

function psc(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = fileURLToPath(new URL('./main.ts', import.meta.url));
  const { PATH = '' } = process.env;
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { PATH, ...env }, cwd: folder, timeout: 20_000 };
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
const environment = () => ({ DATABASE_URL: database.url, SEAL_KEYS });

it('says what it can do, and asks every command the same', async () => {
  const { code, stdout } = await psc([]);
  expect(code).toBe(0);
  for (const name of ['clients', 'keys', 'directory', 'dead-letters'])
    expect(stdout).toContain(`\n  ${name} `);
  expect((await psc(['clients', '--help'])).stdout).toContain('rotate-secret');
});

it("runs a service's command with the environment it has, and ends as that command does", async () => {
  expect(await psc(['--', 'clients', 'list'], environment())).toEqual({
    code: 0,
    stdout: 'no application\n',
    stderr: '',
  });
  expect(await psc(['clients', 'show', 'nobody'], environment())).toMatchObject({ code: 1, stdout: '' });
  expect((await psc(['clients', 'frobnicate'], environment())).code).toBe(2);
});

it('acts in the sandbox that is named, as long as that runs, and says so', async () => {
  const takeAway = await leaveEnvironments(folder, { 'oidc-provider': environment() });
  expect((await stat(join(folder, 'environments.json'))).mode & 0o777).toBe(0o600);
  const listed = await psc(['--sandbox', folder, 'clients', 'list']);
  expect(listed).toMatchObject({ code: 0, stdout: 'no application\n' });
  expect(listed.stderr).toMatch(/^psc: in the sandbox psc-cli-/);
  await takeAway();
  expect(findRunningSandbox(folder)).toBeUndefined();
  expect(await psc(['--sandbox', folder, 'clients', 'list'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'that sandbox does not run\n',
  });
});

it('does not know other commands, and says so in one sentence', async () => {
  expect(await psc(['frobnicate'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'there is no "psc frobnicate" (psc --help)\n',
  });
  expect((await psc(['toString'])).code).toBe(2);
});
