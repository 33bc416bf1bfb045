import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealKeys } from '#src/testing/keys.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let folder: string;
const SEAL_KEYS = sealKeys();

beforeAll(async () => {
  database = await openTestDatabase(new URL('../migrations/', import.meta.url));
  folder = await mkdtemp(join(tmpdir(), 'psc-clients-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database?.close();
});

/** Runs a command of the service as an operator does. */
function run(command: string, ...args: readonly string[]): Promise<{ code: number; output: string }> {
  const program = fileURLToPath(new URL(`./${command}.ts`, import.meta.url));
  const env = { DATABASE_URL: database.url, SEAL_KEYS };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

async function apply(content: unknown) {
  const file = join(folder, 'applications.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return run('clients', 'apply', file);
}

it('migrate makes the signing keys, once', async () => {
  expect((await run('migrate')).output.match(/signing key made: [\w-]{43}/g)).toHaveLength(2);
  expect(await run('migrate')).toEqual({ code: 0, output: 'oidc_provider: nothing to migrate\n' });
});

describe('clients apply', () => {
  const dossier = {
    client_id: 'dossier',
    client_name: 'Dossier',
    redirect_uris: ['https://dossier.example/callback'],
  };

  it('prints what changed, and nothing when nothing did', async () => {
    const created = await apply({ applications: [dossier] });
    expect(created.output).toMatch(/^dossier: created\n {2}client_secret, shown only now: [\w-]{43}\n$/);
    expect(await apply({ applications: [dossier] })).toEqual({ code: 0, output: 'dossier: unchanged\n' });
    const changed = await apply({ applications: [{ ...dossier, psc: { acr: 'eidas2' } }] });
    expect(changed.output).toBe('dossier: changed: acr\n');
  });

  it('applies nothing of a file that is wrong somewhere, and says where', async () => {
    const wrong = await apply({ applications: [{ ...dossier, client_name: 'Autre' }, { client_id: 'x' }] });
    expect(wrong.code).toBe(1);
    expect(wrong.output).toContain('applications[1].client_name');
    expect((await apply({ applications: [{ ...dossier, psc: { acr: 'eidas2' } }] })).output).toBe(
      'dossier: unchanged\n',
    );
  });

  it('says in one sentence that the file is not there, is not JSON, or is not named', async () => {
    expect(await run('clients', 'apply', join(folder, 'nowhere.json'))).toMatchObject({ code: 1 });
    expect((await apply('{')).output).toContain('must be JSON');
    expect((await run('clients')).output).toContain('usage');
  });
});
