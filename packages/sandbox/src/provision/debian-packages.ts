import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { accepted, type Outcome, refused } from '@psc/kernel';
import { findOnPath } from './programs.ts';

const run = promisify(execFile);

/** Below the clone, which is ours to write; survives `--fresh`. */
const cache = fileURLToPath(new URL('../../../../.cache/debian', import.meta.url));
const INSTALL_TIMEOUT_MS = 10 * 60_000;

export interface DebianProgram {
  readonly package: string;
  /** Its names on PATH, once the package is installed. */
  readonly names: readonly string[];
  /** Its file inside the package. */
  readonly file: string;
}

/**
 * The path of a program of a Debian (or Ubuntu) package, installed if need be: by apt when we are root, else unpacked
 * with its missing dependencies into a folder of ours. When it cannot be had, says why in a few words.
 */
export async function installProgram(program: DebianProgram): Promise<Outcome<string, string>> {
  if (!(await findOnPath(['apt-get'])) || !(await findOnPath(['dpkg'])))
    return refused('this is not a Debian');
  try {
    if (process.getuid?.() !== 0) return accepted(await unpack(program));
    await install(program.package);
    const installed = await findOnPath(program.names);
    return installed ? accepted(installed) : refused(`${program.package} holds no such program`);
  } catch (error) {
    return refused(`apt-get could not: ${complaint(error)}`);
  }
}

/** apt writes its errors as lines that begin with `E:`; the first one is the cause. */
function complaint(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^E: (.*)$/m.exec(text)?.[1] ?? text.split('\n', 1)[0] ?? '';
}

async function install(name: string): Promise<void> {
  process.stderr.write(`Installing ${name} with apt-get…\n`);
  const aptInstall = () => apt(['install', '-y', '--no-install-recommends', name]);
  await withoutStartingServices(async () => {
    try {
      await aptInstall();
    } catch {
      // The lists are missing, as in a bare container, or so old that they name files that are gone.
      await apt(['update']);
      await aptInstall();
    }
  });
}

/**
 * Debian starts a server as soon as it is installed, on its usual port: nobody asked for that one. This is Debian's own
 * way of forbidding it (invoke-rc.d(8)), used unless the machine already has a policy.
 */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    await work();
  } finally {
    if (ours) await rm(policy);
  }
}

/**
 * Without root: apt resolves and downloads with lists and archives of its own, so the system's may be missing, and
 * `dpkg -x` needs no rights. The answer is a script that starts the program among its own libraries.
 */
async function unpack(program: DebianProgram): Promise<string> {
  const place = join(cache, program.package);
  const script = join(place, 'run');
  if (existsSync(script)) return script;
  process.stderr.write(`Unpacking ${program.package} and what it needs into ${place}…\n`);
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${place}.`);
  try {
    for (const folder of ['lists', 'archives'])
      await mkdir(join(half, folder, 'partial'), { recursive: true });
    const own = [
      `Dir::State::lists=${join(half, 'lists')}`,
      `Dir::Cache=${half}`,
      `Dir::Cache::archives=${join(half, 'archives')}`,
      'Debug::NoLocking=1',
    ].flatMap((setting) => ['-o', setting]);
    await apt([...own, 'update']);
    await apt([
      ...own,
      ...['install', '-y', '--no-install-recommends', '--reinstall', '--download-only', program.package],
    ]);
    for (const archive of await readdir(join(half, 'archives'))) {
      if (archive.endsWith('.deb'))
        await run('dpkg', ['-x', join(half, 'archives', archive), join(half, 'root')]);
    }
    for (const spent of ['lists', 'archives']) await rm(join(half, spent), { recursive: true });
    await writeFile(join(half, 'run'), startScript(program.file, await libraryFolders(join(half, 'root'))));
    await chmod(join(half, 'run'), 0o755);
    // Two that started together both unpacked; the second finds the place taken.
    await rename(half, place).catch(() => undefined);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return script;
}

/** Where shared libraries lie below `root`: `usr/lib/x86_64-linux-gnu`, and its folders (PulseAudio has one). */
async function libraryFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const parent of ['usr/lib', 'lib']) {
    const folders = await readdir(join(root, parent), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of folders) {
      if (/\.so(\.|$)/.test(entry.name)) found.push(entry.parentPath.slice(root.length + 1));
    }
  }
  return [...new Set(found)].filter((folder) => folder.includes('-linux-gnu'));
}

function startScript(file: string, libraries: readonly string[]): string {
  return [
    '#!/bin/sh',
    'root="$(dirname "$(readlink -f "$0")")/root"',
    `export LD_LIBRARY_PATH="${libraries.map((folder) => `$root/${folder}`).join(':')}"`,
    'if [ -d "$root/etc/fonts" ]; then export FONTCONFIG_PATH="$root/etc/fonts" XDG_DATA_HOME="$root/usr/share"; fi',
    `exec "$root/${file}" "$@"`,
    '',
  ].join('\n');
}

async function apt(args: readonly string[]): Promise<void> {
  await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    timeout: INSTALL_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
}
