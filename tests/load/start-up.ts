import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 120_000;

/** Seconds from `npm start` to its line `ready in … s`, as a person waits for it: npm's own time included. */
export async function measureStartUp(
  portBase: number,
  fresh: boolean,
): Promise<{ wall: number; said: string }> {
  const started = performance.now();
  const npm = spawn('npm', ['start', '--', '--port-base', String(portBase), ...(fresh ? ['--fresh'] : [])], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  });
  let output = '';
  let ready: { wall: number; said: string } | undefined;
  // To the end of what it says, so that all of it has stopped before the next start.
  for await (const chunk of npm.stdout) {
    output += chunk;
    const [said] = /ready in [\d.]+ s/.exec(output) ?? [];
    if (said && !ready) {
      ready = { wall: (performance.now() - started) / 1000, said };
      npm.kill('SIGTERM');
    }
  }
  if (!ready) throw new Error(`npm start did not become ready:\n${output}`);
  return ready;
}
