import { createHash } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from '@psc/runtime';
import { z } from 'zod';

const fileSchema = json(z.record(z.string(), z.string()));

/** Remembers which work was done with which material, so that a second start does not do it again. */
export interface Stamps {
  /** Does `work`, unless it was done with this very `material` before. */
  once(what: string, material: string, work: () => Promise<void>): Promise<void>;
}

export async function openStamps(path: string): Promise<Stamps> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  // A file that cannot be read only costs the work again: all of it may be done twice.
  const done = fileSchema.safeParse(text).data ?? {};
  let lastWrite = Promise.resolve();

  return {
    async once(what, material, work) {
      const stamp = createHash('sha256').update(material).digest('base64url');
      if (done[what] === stamp) return;
      await work();
      done[what] = stamp;
      const content = JSON.stringify(done, null, 2);
      lastWrite = lastWrite.then(async () => {
        await writeFile(`${path}.new`, content);
        await rename(`${path}.new`, path);
      });
      await lastWrite;
    },
  };
}

/** No stamp: everything is done each time. For datastores that others may have emptied meanwhile. */
export const noStamps: Stamps = { once: (_what, _material, work) => work() };

/** The names and texts of a folder's files: what the work depends on. */
export async function materialOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return JSON.stringify(names.map((name, i) => [name, texts[i]]));
}
