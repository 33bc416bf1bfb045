import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addTallies, type Tally, tallyGate, tallyReport } from './tally.ts';

/** `npm test`: every step in order, whatever the others say, then one line of figures. */
const root = fileURLToPath(new URL('..', import.meta.url));
const STEP_TIMEOUT_MS = 20 * 60_000;
/** A skipped test fails: set where everything must be there to be run. */
const requireAll = process.env.PSC_REQUIRE_ALL === '1' || process.env.CI === 'true';

const reports = await mkdtemp(join(tmpdir(), 'psc-reports-'));
try {
  const tallies = [
    tallyGate(await run('types', 'tsc', ['--noEmit'])),
    tallyGate(await run('lint', 'biome', ['check', '--error-on-warnings', '.'])),
    await runTests('unit'),
    await runTests('integration'),
    await runTests('replicas'),
    await runTests('journeys'),
  ];
  const { passed, failed, skipped } = tallies.reduce(addTallies);
  if (skipped > 0) console.log(`\n${skipped} skipped${requireAll ? ', which counts as failed here' : ''}`);
  const failures = failed + (requireAll ? skipped : 0);
  process.exitCode = failures > 0 ? 1 : 0;
  console.log(`${passed} passed, ${failures} failed`);
} finally {
  await rm(reports, { recursive: true });
}

async function runTests(project: string): Promise<Tally> {
  const report = join(reports, `${project}.json`);
  const succeeded = await run(project, 'vitest', [
    ...['run', '--project', project],
    ...['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`],
  ]);
  return tallyReport(existsSync(report) ? await readFile(report, 'utf8') : undefined, succeeded);
}

/** True when the command ended with 0, in time. */
async function run(step: string, command: string, args: readonly string[]): Promise<boolean> {
  console.log(`\n── ${step}`);
  const child = spawn(join(root, 'node_modules', '.bin', command), [...args], {
    cwd: root,
    stdio: 'inherit',
    timeout: STEP_TIMEOUT_MS,
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}
