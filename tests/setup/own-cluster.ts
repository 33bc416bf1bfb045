import { type Cluster, type ClusterSettings, startCluster } from '@psc/sandbox/supervisor/cluster.ts';
import { freePortBase } from '@psc/sandbox/supervisor/ports.ts';
import { makeOwnFolder } from './own-folder.ts';

/** With the folder that it keeps its files in, by which `psc` finds it. */
export type OwnCluster = Cluster & AsyncDisposable & { readonly folder: string };

/** A cluster for one test file, which may break it; disposing of it leaves nothing behind. */
export async function startOwnCluster(
  environment: NonNullable<ClusterSettings['environment']> = {},
): Promise<OwnCluster> {
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
      folder: directory,
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
