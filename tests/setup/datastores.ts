import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDatastores, startDatastores } from '@psc/sandbox/provision/datastores.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import type { TestProject } from 'vitest/node';

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
  const directory = await mkdtemp(join(tmpdir(), 'psc-tests-'));
  // On the way of PostgreSQL's own user, when we are root.
  await chmod(directory, 0o711);
  const forget = async () => {
    await removeDatastores(directory);
    await rm(directory, { recursive: true, force: true });
  };
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
    await datastores.stop();
    await forget();
  };
}
