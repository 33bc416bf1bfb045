import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDatastores } from '@psc/sandbox/provision/datastores.ts';
import { type Cluster, type ClusterSettings, startCluster } from '@psc/sandbox/supervisor/cluster.ts';
import { freePortBase } from '@psc/sandbox/supervisor/ports.ts';

/** A cluster for one test file, which may break it; disposing of it leaves nothing behind. */
export async function startOwnCluster(
  environment: NonNullable<ClusterSettings['environment']> = {},
): Promise<Cluster & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'psc-cluster-'));
  // On the way of PostgreSQL's own user, when we are root.
  await chmod(directory, 0o711);
  const forget = async () => {
    await removeDatastores(directory);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      portBase: await freePortBase(),
      directory,
      durable: false,
      environment,
      onDeath: (name, how, logs) => console.error(`${name} ended with ${how}:\n${logs}`),
      onError: (error) => console.error('control:', error),
    });
    return Object.assign(cluster, {
      async [Symbol.asyncDispose]() {
        await cluster.stop();
        await forget();
      },
    });
  } catch (error) {
    await forget();
    throw error;
  }
}
