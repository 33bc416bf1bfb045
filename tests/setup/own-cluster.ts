import { type Cluster, type ClusterSettings, startCluster } from '@psc/sandbox/supervisor/cluster.ts';
import { freePortBase } from '@psc/sandbox/supervisor/ports.ts';
import { makeOwnFolder } from './own-folder.ts';

/** A cluster for one test file, which may break it; disposing of it leaves nothing behind. */
export async function startOwnCluster(
  environment: NonNullable<ClusterSettings['environment']> = {},
): Promise<Cluster & AsyncDisposable> {
  const { directory, forget } = await makeOwnFolder('psc-cluster');
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
        try {
          await cluster.stop();
        } finally {
          await forget();
        }
      },
    });
  } catch (error) {
    await forget();
    throw error;
  }
}
