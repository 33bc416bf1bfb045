import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeDatastores } from '@psc/sandbox/provision/datastores.ts';
import { freePortBase, portsFrom, takenPorts } from '@psc/sandbox/supervisor/ports.ts';
import { createSandbox } from '@psc/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The front door: what a person types in a clone, and what they see. */
const root = fileURLToPath(new URL('../..', import.meta.url));
let portBase: number;
let running: ChildProcess | undefined;

beforeAll(async () => {
  portBase = await freePortBase();
});
afterAll(async () => {
  running?.kill('SIGTERM');
  const directory = join(root, '.sandbox', String(portBase));
  await removeDatastores(directory);
  await rm(directory, { recursive: true, force: true });
});

/** `ready`: the last line when all runs. `ended`: how it ended, and all that it wrote. */
function start(command: readonly [string, ...string[]], env: Record<string, string> = {}) {
  const [program, ...args] = command;
  const child = spawn(program, [...args, '--port-base', String(portBase)], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let text = '';
  const ended = once(child, 'close').then(([code]) => ({ code, text }));
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk;
      const [line] = /^ready in .*$/m.exec(text) ?? [];
      if (line !== undefined) resolve(line);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`it ended before it was ready: ${text}`)));
  });
  // Some tests only wait for the end.
  ready.catch(() => undefined);
  return { child, ready, ended, text: () => text };
}

const sandbox = (env?: Record<string, string>) =>
  start([process.execPath, 'packages/sandbox/src/main.ts'], env);

/** The command line, as a person types it in the same clone. */
function psc(...args: readonly string[]) {
  const command = ['packages/cli/src/main.ts', '--sandbox', String(portBase), ...args];
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, command, { cwd: root, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

const nobodyListens = () =>
  expect.poll(() => takenPorts(portsFrom(portBase)), { timeout: 15_000 }).toEqual([]);

/** The process of a program that this process started. */
function processOf(parent: number, program: string): number {
  const pid = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return (
        new RegExp(`\\) \\S ${parent} `).test(stat) && command.includes(`services/${program}/src/main.ts`)
      );
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
  if (pid === undefined) throw new Error(`${program} does not run`);
  return Number(pid);
}

describe('the sandbox', () => {
  it('tells where everything is and as whom to log in, and ends with the time it took', async () => {
    const { child, ready, ended, text } = sandbox();
    expect(await ready).toMatch(/^ready in \d+\.\d s$/);
    expect(text()).toContain(`http://localhost:${portBase}/auth/realms/esante-wallet`);
    expect(text()).toMatch(/899700000013 +CAMILLE LAMBDA .*PIN \d{4}/);
    expect(text().trimEnd().split('\n').at(-1)).toBe(await ready);
    const { createProfessional } = createSandbox(`http://localhost:${portBase + 5}`);
    await createProfessional({ nationalId: '899799000009' });

    const clients = await psc('clients', 'list');
    expect(clients).toMatchObject({ code: 0, stderr: `psc: in the sandbox ${portBase}\n` });
    expect(clients.stdout).toMatch(/^sandbox-web +approved +yes +test /m);
    expect(await psc('dead-letters')).toMatchObject({ code: 0, stdout: '' });

    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await nobodyListens();
    expect(await psc('clients', 'list')).toMatchObject({ code: 2, stderr: 'that sandbox does not run\n' });
  });

  it('finds its data again at the next start, and stops all when one service dies, saying which', async () => {
    const { child, ready, ended } = sandbox();
    await ready;
    const { call } = createSandbox(`http://localhost:${portBase + 5}`);
    expect(JSON.stringify((await call('GET', '/professionals')).body)).toContain('899799000009');
    process.kill(processOf(child.pid ?? 0, 'auth-broker'), 'SIGKILL');
    const { code, text } = await ended;
    expect(code).toBe(1);
    expect(text).toContain('auth-broker ended with signal SIGKILL');
    await nobodyListens();
  });

  it('forgets everything when it is told to, and ends with the npm that started it', async () => {
    const { child, ready, ended } = start(['npm', 'start', '--', '--fresh']);
    await ready;
    const { call } = createSandbox(`http://localhost:${portBase + 5}`);
    expect(JSON.stringify((await call('GET', '/professionals')).body)).not.toContain('899799000009');
    child.kill('SIGKILL');
    await ended;
    await nobodyListens();
  });

  it('names the port that is taken, and what it is for', async () => {
    const occupant = createServer().listen(portBase + 1, '127.0.0.1');
    const { code, text } = await sandbox().ended;
    occupant.close();
    expect(code).toBe(1);
    expect(text).toBe(
      `The sandbox cannot start. This port is taken: ${portBase + 1} (auth-broker, the wallet host); stop what listens there, or choose others with --port-base.\n`,
    );
  });

  it('refuses to be a public issuer', async () => {
    const { code, text } = await sandbox({ ISSUER: 'https://auth.esante.gouv.fr/auth/realms/esante-wallet' })
      .ended;
    expect(code).toBe(1);
    expect(text).toContain('refuses to be https://auth.esante.gouv.fr');
    await nobodyListens();
  });
});
