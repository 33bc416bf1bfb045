import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDatastores } from '@psc/sandbox/provision/datastores.ts';

/** A new folder for datastores that end with the test run; `forget` removes it with all they kept. */
export async function makeOwnFolder(
  name: string,
): Promise<{ readonly directory: string; forget(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), `${name}-`));
  // When we are root, PostgreSQL runs as another user, who must be able to pass through this folder to reach its own.
  await chmod(directory, 0o711);
  return {
    directory,
    async forget() {
      await removeDatastores(directory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
