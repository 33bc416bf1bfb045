import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, untilReady } from './child.ts';
import { lockFolder } from './folder-lock.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'psc-child-'));
});
afterAll(() => rm(folder, { recursive: true }));

const start = (script: string) =>
  startChild({
    name: 'the child',
    command: process.execPath,
    args: ['-e', script],
    env: {},
    logFile: join(folder, 'logs', 'child.log'),
  });

/** The command that a process runs; '' when it is gone, even if nobody has taken note of its end. */
const commandOf = async (pid: number) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

describe('a child', () => {
  it('stops when it is asked, and says how it ended', async () => {
    const child = await start(
      "process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('up')",
    );
    await untilReady(child, async () => expect(child.logs()).toContain('up'), 5_000);
    const deaths: string[] = [];
    child.onDeath((name) => deaths.push(name));
    await child.stop();
    expect([await child.ended, child.running, deaths]).toEqual(['exit code 3', false, []]);
  });

  it('that dies before it is ready is said at once, with its last words', async () => {
    const child = await start("console.error('no database'); process.exit(2)");
    const probe = () => Promise.reject(new Error('not yet'));
    await expect(untilReady(child, probe, 30_000)).rejects.toThrowError(
      'the child ended with exit code 2.\nno database',
    );
    const death = new Promise((resolve) => child.onDeath((...said) => resolve(said)));
    expect(await death).toEqual(['the child', 'exit code 2', 'no database\n']);
  });

  it('that cannot be started is said so', async () => {
    const child = startChild({
      name: 'the child',
      command: process.execPath,
      args: [],
      env: {},
      cwd: join(folder, 'missing'),
      logFile: join(folder, 'missing.log'),
    });
    await expect(child).rejects.toThrowError(/^the child cannot be started: /);
  });

  it('does not outlive a parent that is killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module-typescript',
        '-e',
        `import { startChild } from '${fileURLToPath(new URL('child.ts', import.meta.url))}';
        const settings = { name: 'sleep', command: 'sleep', args: ['600'], env: process.env, logFile: '${join(folder, 'sleep.log')}' };
        process.stdout.write(String((await startChild(settings)).pid));`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('.', import.meta.url)) },
    );
    const [text] = await once(parent.stdout, 'data');
    const pid = Number(text);
    // Once it runs, the kernel has been told.
    await expect.poll(() => commandOf(pid)).toMatch(/^sleep/);
    parent.kill('SIGKILL');
    await expect.poll(() => commandOf(pid)).toBe('');
  });
});

it('a folder has one sandbox at a time', async () => {
  const unlock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrowError(
    `Another sandbox already runs with the data of ${folder}.`,
  );
  await (await lockFolder(join(folder, 'other')))();
  unlock();
  await expect
    .poll(() =>
      lockFolder(folder).then(
        () => 'locked',
        () => 'busy',
      ),
    )
    .toBe('locked');
});
