import { join } from 'node:path';
import { type Arguments, readArguments } from './arguments.ts';
import { seededPeople } from './seeds/register.ts';
import { lastLines } from './supervisor/child.ts';
import { type Cluster, startCluster } from './supervisor/cluster.ts';
import { watchLaunchers } from './supervisor/launchers.ts';
import { root } from './supervisor/services.ts';
import { welcome } from './welcome.ts';

/** `npm start`: everything, until Ctrl-C or SIGTERM, or until a part of it dies. */
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());
watchLaunchers(() => interruption.abort());

try {
  const cluster = await start(readArguments(process.argv.slice(2)));
  console.log(welcome(cluster, seededPeople));
  console.log(`ready in ${process.uptime().toFixed(1)} s`);
  await interrupted(interruption.signal);
  await cluster.stop().catch((error) => fail(`Not everything could be stopped. ${messageOf(error)}`));
} catch (error) {
  // Who interrupts the start knows why it did not succeed.
  fail(interruption.signal.aborted ? '' : `The sandbox cannot start. ${messageOf(error)}`);
}
process.exit();

function start({ portBase, fresh }: Arguments): Promise<Cluster> {
  const { DATABASE_URL, REDIS_URL, SANDBOX_HOST, ISSUER, WALLET_URL } = process.env;
  return startCluster({
    portBase,
    fresh,
    // One folder per port base, so that two sandboxes may run side by side.
    directory: join(root, '.sandbox', String(portBase)),
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    host: SANDBOX_HOST,
    addresses: { ...(ISSUER ? { issuer: ISSUER } : {}), ...(WALLET_URL ? { wallet: WALLET_URL } : {}) },
    signal: interruption.signal,
    onDeath(name, how, logs) {
      fail(`${name} ended with ${how}. Everything stops. Its last words:\n${lastLines(logs)}`);
      interruption.abort();
    },
    onError: (error) => console.error(`control: ${messageOf(error)}`),
  });
}

function fail(sentence: string): void {
  if (sentence) console.error(sentence);
  process.exitCode = 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
