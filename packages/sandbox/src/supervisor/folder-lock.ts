import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Makes this process the only sandbox of a folder: two would write the same files. Held as a socket of Linux's abstract
 * namespace, which the kernel gives back when the process ends, however it ends. Answers how to give it back before.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const name = createHash('sha256').update(folder).digest('hex');
  const server = createServer().listen(`\0psc-sandbox-${name}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Error(`Another sandbox already runs with the data of ${folder}.`, { cause });
  }
  server.unref();
  return () => server.close();
}
