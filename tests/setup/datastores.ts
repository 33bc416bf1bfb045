import { randomBytes } from 'node:crypto';
import { startDatastores } from '@psc/sandbox/provision/datastores.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import type { TestProject } from 'vitest/node';
import { makeOwnFolder } from './own-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis of this test run's own. Keys are yours if their names are random. */
    redisUrl: string;
    /** The administrator of a PostgreSQL of this test run's own: create a database with a random name. */
    postgresUrl: string;
  }
}

/** Real datastores for the integration tests: started on free ports, gone with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { directory, forget } = await makeOwnFolder('psc-tests');
  const [postgresPort = 0, redisPort = 0] = await freePorts(2);
  const datastores = await startDatastores({
    directory,
    postgresPort,
    postgresPassword: randomBytes(16).toString('hex'),
    redisPort,
    redisPassword: randomBytes(16).toString('hex'),
    durable: false,
  }).catch(async (error: unknown) => {
    await forget();
    throw error;
  });
  project.provide('postgresUrl', datastores.postgres.url());
  project.provide('redisUrl', datastores.redis.url);
  return async () => {
    try {
      await datastores.stop();
    } finally {
      await forget();
    }
  };
}
