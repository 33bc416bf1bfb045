import { provideBrowser } from '@psc/sandbox/provision/browser.ts';
import type { TestProject } from 'vitest/node';
import { startOwnCluster } from './own-cluster.ts';

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
      /** By which `psc --sandbox` finds it. */
      folder: string;
      /** Redis of the cluster, with its password. */
      redisUrl: string;
      /** PostgreSQL of the cluster; its databases have their service's name. */
      postgresUrl: string;
      /** What `psc` needs to act on oidc-provider, as an operator. */
      operator: Readonly<Record<string, string>>;
      chromiumPath: string;
    };
  }
}

/** One cluster for all journeys, on ports of its own, and a browser: installed if need be. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromiumPath = await provideBrowser();
  const cluster = await startOwnCluster();
  const { addresses } = cluster;
  project.provide('cluster', {
    issuer: addresses.issuer,
    walletUrl: addresses.wallet,
    demoUrl: addresses.demo,
    sandboxUrl: addresses.control,
    rppsDirectoryUrl: addresses.directory,
    workerUrl: addresses.worker,
    folder: cluster.folder,
    redisUrl: cluster.redisUrl,
    postgresUrl: cluster.postgresUrl('postgres'),
    operator: {
      DATABASE_URL: cluster.postgresUrl('oidc_provider'),
      SEAL_KEYS: cluster.secrets.providerSealKeys,
      PSC_OPERATOR: 'the tests',
    },
    chromiumPath,
  });
  return async () => {
    await cluster[Symbol.asyncDispose]();
  };
}
