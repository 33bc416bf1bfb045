import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideBrowser } from '@psc/sandbox/provision/browser.ts';
import { removeDatastores } from '@psc/sandbox/provision/datastores.ts';
import { type Cluster, startCluster } from '@psc/sandbox/supervisor/cluster.ts';
import { freePortBase } from '@psc/sandbox/supervisor/ports.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The whole product, as `npm start` brings it up, for this test run alone. */
    cluster: {
      issuer: string;
      walletUrl: string;
      demoUrl: string;
      /** The control API. */
      sandboxUrl: string;
      rppsDirectoryUrl: string;
      workerUrl: string;
      /** Redis of the cluster, with its password. */
      redisUrl: string;
      /** PostgreSQL of the cluster; its databases have their service's name. */
      postgresUrl: string;
      chromiumPath: string;
    };
  }
}

/** One cluster for all journeys, on ports of its own, and a browser: installed if need be, gone with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'psc-journeys-'));
  // On the way of PostgreSQL's own user, when we are root.
  await chmod(directory, 0o711);
  let cluster: Cluster | undefined;
  const end = async () => {
    await cluster?.stop();
    await removeDatastores(directory);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const chromiumPath = await provideBrowser();
    cluster = await startCluster({
      portBase: await freePortBase(),
      directory,
      durable: false,
      onDeath: (program, how, logs) => console.error(`${program} ended with ${how}:\n${logs}`),
      onError: (error) => console.error('control:', error),
    });
    const { addresses } = cluster;
    project.provide('cluster', {
      issuer: addresses.issuer,
      walletUrl: addresses.wallet,
      demoUrl: addresses.demo,
      sandboxUrl: addresses.control,
      rppsDirectoryUrl: addresses.directory,
      workerUrl: addresses.worker,
      redisUrl: cluster.redisUrl,
      postgresUrl: cluster.postgresUrl('postgres'),
      chromiumPath,
    });
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}
