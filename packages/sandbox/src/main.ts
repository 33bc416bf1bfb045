import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import { seededPeople } from './seeds/register.ts';
import { lastLines } from './supervisor/child.ts';
import { type Cluster, startCluster } from './supervisor/cluster.ts';
import { watchLaunchers } from './supervisor/launchers.ts';
import { root } from './supervisor/services.ts';
import { welcome } from './welcome.ts';

/** `npm start`: everything, until Ctrl-C or SIGTERM, or until a part of it dies. */
const interruption = new AbortController();
let cluster: Cluster | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());
watchLaunchers(() => interruption.abort());

try {
  const { portBase, fresh } = readArguments(process.argv.slice(2));
  cluster = await startCluster({
    portBase,
    fresh,
    // One folder per port base, so that two sandboxes may run side by side.
    directory: join(root, '.sandbox', String(portBase)),
    databaseUrl: process.env.DATABASE_URL,
    redisUrl: process.env.REDIS_URL,
    host: process.env.SANDBOX_HOST,
    addresses: {
      ...(process.env.ISSUER ? { issuer: process.env.ISSUER } : {}),
      ...(process.env.WALLET_URL ? { wallet: process.env.WALLET_URL } : {}),
    },
    signal: interruption.signal,
    onDeath(program, how, logs) {
      console.error(`${program} ended with ${how}. Everything stops. Its last words:\n${lastLines(logs)}`);
      process.exitCode = 1;
      interruption.abort();
    },
    onError: (error) => console.error(`control: ${error instanceof Error ? error.message : error}`),
  });
  console.log(welcome(cluster, seededPeople));
  console.log(`ready in ${process.uptime().toFixed(1)} s`);
  await interrupted(interruption.signal);
  await cluster.stop();
} catch (error) {
  process.exitCode = 1;
  if (!interruption.signal.aborted) {
    console.error(`The sandbox cannot start. ${error instanceof Error ? error.message : error}`);
  }
}
process.exit();

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
