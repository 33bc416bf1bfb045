import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const TIMEOUT_MS = 30_000;
const PSC = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

/** Types `psc …` where this environment says; throws with what it printed when it refuses. */
export async function runPsc(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<void> {
  await promisify(execFile)(process.execPath, [PSC, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    timeout: TIMEOUT_MS,
  });
}
