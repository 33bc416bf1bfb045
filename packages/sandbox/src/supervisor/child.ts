import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { findOnPath } from '#src/provision/programs.ts';

export interface ChildSettings {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Receives standard output and standard error; emptied at each start. */
  readonly logFile: string;
  readonly cwd?: string;
  /** Only root may ask for another user. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** What asks it to stop; SIGTERM unless said otherwise. */
  readonly stopSignal?: NodeJS.Signals;
}

/** Which process ended, how, and what it wrote. */
export type OnDeath = (name: string, how: string, logs: string) => void;

/** A process that we started and that we alone end. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** How it ended, in words: `exit code 1`, `signal SIGKILL`. Never rejects. */
  readonly ended: Promise<string>;
  readonly running: boolean;
  /** Calls `heard` if the process ends although we neither stopped nor killed it. */
  onDeath(heard: OnDeath): void;
  /** Asks politely, insists after 15 s, and answers when it is gone. */
  stop(): Promise<void>;
  /** Without asking. */
  kill(): Promise<void>;
  logs(): string;
}

const GRACE_MS = 15_000;

/**
 * Starts a process in a group of its own: Ctrl-C in a terminal reaches the supervisor only, which then stops everything
 * in order. If the supervisor itself is killed, the kernel stops its children (where `setpriv` can ask it to). The log
 * goes straight to a file, so that a process never blocks on, nor dies with, a pipe to us.
 */
export async function startChild(settings: ChildSettings): Promise<Child> {
  const stopSignal = settings.stopSignal ?? 'SIGTERM';
  const watched = await findOnPath(['setpriv']);
  const [command = '', ...args] = [
    ...(watched ? [watched, '--pdeathsig', stopSignal.slice(3), '--'] : []),
    settings.command,
    ...settings.args,
  ];
  mkdirSync(dirname(settings.logFile), { recursive: true });
  const log = openSync(settings.logFile, 'w', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      env: { ...settings.env },
      cwd: settings.cwd,
      detached: true,
      stdio: ['ignore', log, log],
      ...settings.user,
    });
  } finally {
    closeSync(log);
  }
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  if (child.pid === undefined) throw new Error(`${settings.name} cannot be started: ${await ended}`);
  const pid = child.pid;
  let wasAsked = false;

  return {
    name: settings.name,
    pid,
    ended,
    get running() {
      return isRunning(child);
    },
    onDeath(heard) {
      void ended.then((how) => {
        if (!wasAsked) heard(settings.name, how, readFileSync(settings.logFile, 'utf8'));
      });
    },
    stop() {
      wasAsked = true;
      return end(child, stopSignal);
    },
    kill() {
      wasAsked = true;
      return end(child, 'SIGKILL');
    },
    logs: () => readFileSync(settings.logFile, 'utf8'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const insist = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await gone;
  clearTimeout(insist);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/**
 * Tries `probe` until it answers without throwing, the child ends, or time is up. Says which, with the end of the log.
 */
export async function untilReady(
  child: Child,
  probe: () => Promise<unknown>,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const ended = child.ended.then((how) => `ended with ${how}`);
  let cause: unknown;
  const attempt = async () => {
    try {
      await probe();
      return 'is ready';
    } catch (error) {
      cause = error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return Date.now() < deadline ? 'is not ready yet' : `was not ready within ${timeoutMs / 1000} s`;
    }
  };
  for (;;) {
    // A probe may be slow to fail, when somebody else answers in the place of a child that is dead.
    const state = await Promise.race([ended, attempt()]);
    if (state === 'is ready') return;
    if (state !== 'is not ready yet') {
      throw new Error(`${child.name} ${state}.\n${lastLines(child.logs())}`, { cause });
    }
  }
}

const RETRY_MS = 25;

/** The end of a log: what a person reads first when something failed. */
export function lastLines(log: string, count = 15): string {
  return log.trimEnd().split('\n').slice(-count).join('\n');
}
