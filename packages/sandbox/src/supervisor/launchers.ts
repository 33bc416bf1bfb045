import { readFileSync } from 'node:fs';

/** Scripts that lead from `npm start` to this process: npm runs npx, which runs pnpm, each through a shell. */
const OUR_SCRIPTS = /(^|\0)npm_lifecycle_event=(start|npx|sandbox)\0/;
const LOOK_EVERY_MS = 500;

/**
 * Calls `gone` when one of the processes between `npm start` and this one has ended. A signal sent to npm ends npm, but
 * the shells in between do not hand it on: without this, the sandbox would stay behind, owned by nobody.
 */
export function watchLaunchers(gone: () => void): void {
  const chain = launchersOf(process.pid);
  const timer = setInterval(() => {
    if (chain.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    gone();
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** This process and those above it, each with its parent, as far as they are ours. */
function launchersOf(pid: number): { pid: number; parent: number }[] {
  const parent = parentOf(pid);
  if (parent === undefined || !OUR_SCRIPTS.test(read(pid, 'environ') ?? '')) return [];
  return [{ pid, parent }, ...launchersOf(parent)];
}

/** Whoever loses its parent gets another one, so this number changes. Undefined when the process is gone. */
function parentOf(pid: number): number | undefined {
  // `pid (command) state ppid …`; the command may hold anything, parentheses too.
  const [, parent] = /^.*\) \S (\d+) /s.exec(read(pid, 'stat') ?? '') ?? [];
  return parent === undefined ? undefined : Number(parent);
}

function read(pid: number, file: 'environ' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
