import { parseArgs } from 'node:util';
import { freePortBase } from '@psc/sandbox/supervisor/ports.ts';
import { startOwnCluster } from '../setup/own-cluster.ts';
import { measureCiba } from './ciba.ts';
import { type LoginFigures, measureLogins } from './logins.ts';
import { measureOperations } from './operations.ts';
import { printRegister } from './print-register.ts';
import { measureImport } from './register-import.ts';
import { measureStartUp } from './start-up.ts';

/**
 * `pnpm load`: complete logins by phone on this machine, load generator and virtual phones included. Prints tables; asserts
 * nothing. `--seconds 20`, `--parallel 1,8,32`, `--start-up` for the time from `npm start` to ready, `--operations` for each
 * operation of the protocol alone instead of logins, `--ciba` for what its polls cost, `--register` for what rpps-directory
 * answers from generated files of `--rows` 2100000 (the size of France; it takes minutes to fill), `--import` for how long such
 * files take to import (`--seed 1`).
 */
const { values } = parseArgs({
  // `pnpm load -- --import` hands the dashes over.
  args: process.argv.slice(process.argv[2] === '--' ? 3 : 2),
  options: {
    seconds: { type: 'string', default: '20' },
    parallel: { type: 'string', default: '1,8,32' },
    'start-up': { type: 'boolean', default: false },
    operations: { type: 'boolean', default: false },
    ciba: { type: 'boolean', default: false },
    register: { type: 'boolean', default: false },
    import: { type: 'boolean', default: false },
    rows: { type: 'string', default: '2100000' },
    seed: { type: 'string', default: '1' },
  },
});

if (values['start-up']) {
  const portBase = await freePortBase();
  const first = await measureStartUp(portBase, true);
  const second = await measureStartUp(portBase, false);
  console.table({
    'first start (--fresh)': { 'npm start to ready, s': round(first.wall), 'it said': first.said },
    'second start': { 'npm start to ready, s': round(second.wall), 'it said': second.said },
  });
}

if (values.operations) await printOperations();
else if (values.ciba) await printCiba();
else if (values.register) await printRegister(Number(values.rows), Number(values.seconds));
else if (values.import) await printImport();
else await printLogins();

async function printLogins(): Promise<void> {
  const runs: (LoginFigures & { parallel: number })[] = [];
  for (const parallel of values.parallel.split(',').map(Number)) {
    // A cluster for each: the resident memory of one run must not be the next one's idle.
    await using cluster = await startLoadedCluster();
    runs.push({ parallel, ...(await measureLogins(cluster, parallel, Number(values.seconds))) });
  }

  console.log('\nComplete logins by phone');
  console.table(
    runs.map(({ parallel, perSecond, p50, p99, failed, redis }) => ({
      'at once': parallel,
      'logins/s': round(perSecond),
      'p50 ms': p50,
      'p99 ms': p99,
      failed,
      'Redis reads/login': round(redis.readsPerLogin),
      'Redis commands/login': round(redis.commandsPerLogin),
    })),
  );
  const busiest = runs.at(-1);
  if (busiest) {
    console.log(`\nWhere it goes, ${busiest.parallel} logins at once`);
    console.table(
      busiest.consumers.map(({ name, cpuMsPerLogin, idleMb, loadedMb }) => ({
        '': name,
        'CPU ms/login': round(cpuMsPerLogin),
        'idle MB': idleMb,
        'loaded MB': loadedMb,
      })),
    );
  }
}

async function printImport(): Promise<void> {
  const measured = await measureImport({ rows: Number(values.rows), seed: Number(values.seed) });
  const { bytes, figures, sizes } = measured;
  const bare = figures[0]?.seconds ?? Number.NaN;
  console.log(`\nThe register: ${values.rows} rows, ${Math.round(bytes / 1e6)} MB`);
  console.table(
    figures.map(({ name, seconds, residentMb, written, counts }) => ({
      '': name,
      seconds: round(seconds),
      'ratio to the bare COPY': Math.round((seconds / bare) * 100) / 100,
      'importer MB': residentMb,
      'rows written': written,
      ...counts,
    })),
  );
  console.table(sizes);
}

async function printCiba(): Promise<void> {
  await using cluster = await startLoadedCluster();
  const figures = await measureCiba(cluster);
  const tokens = figures.find(({ name }) => name === 'poll that gets the tokens')?.cpuMicros ?? Number.NaN;
  console.log('\nCIBA, 16 callers at once');
  console.table(
    figures.map(({ name, requests, cpuMicros }) => ({
      '': name,
      requests,
      'CPU µs': Math.round(cpuMicros),
      'per second and core': Math.round(1e6 / cpuMicros),
      'ratio to one that gets the tokens': Math.round((cpuMicros / tokens) * 100) / 100,
    })),
  );
}

async function printOperations(): Promise<void> {
  await using cluster = await startLoadedCluster();
  const operations = await measureOperations(cluster, 16, Number(values.seconds));
  const tokenRequest = operations.find(({ name }) => name === 'refresh')?.cpuMicros ?? Number.NaN;
  console.log('\nOperations of oidc-provider, 16 callers at once');
  console.table(
    operations.map(({ name, perSecond, p50, p99, failed, cpuMicros, redisMicros, bareMicros }) => ({
      '': name,
      'per second': Math.round(perSecond),
      'p50 ms': round(p50),
      'p99 ms': round(p99),
      failed,
      'CPU µs': Math.round(cpuMicros),
      'per second and core': Math.round(1e6 / cpuMicros),
      'Redis µs': Math.round(redisMicros),
      'bare library, CPU µs': bareMicros,
      'ratio to it': bareMicros === undefined ? undefined : round(cpuMicros / bareMicros),
      'ratio to a refresh': Math.round((cpuMicros / tokenRequest) * 100) / 100,
    })),
  );
}

/**
 * A virtual phone answers more often in a minute than any professional, and all of them from one address. The sandbox
 * reads the register at each step, so that a change counts at once: here it is as in production.
 */
function startLoadedCluster() {
  return startOwnCluster({
    'auth-broker': { DEVICE_CALLS_PER_MINUTE: '100000', DEVICE_CALLS_PER_ADDRESS_PER_MINUTE: '1000000' },
    'oidc-provider': { PROFESSIONAL_FRESH_SECONDS: '15' },
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
