import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * What a sandbox that runs leaves in its folder for the command line: the environment of each service. It lies beside the
 * sandbox's secrets, is read by its owner only, and goes away with the sandbox.
 */
const schema = z.object({
  pid: z.number().int().positive(),
  environments: z.record(z.string(), z.record(z.string(), z.string())),
});
type Left = z.output<typeof schema>;

export interface RunningSandbox {
  /** The name of its folder: its port base. */
  readonly name: string;
  readonly environments: Left['environments'];
}

const FILE = 'environments.json';

/** Answers how to take it away again. */
export async function leaveEnvironments(
  folder: string,
  environments: Left['environments'],
): Promise<() => Promise<void>> {
  const file = join(folder, FILE);
  const left: Left = { pid: process.pid, environments };
  // Anew, since the mode is given to a new file only.
  await rm(file, { force: true });
  await writeFile(file, JSON.stringify(left), { mode: 0o600 });
  return () => rm(file, { force: true });
}

/** The sandbox of this folder, unless it is over: one that was killed left its file behind. */
export function findRunningSandbox(folder: string): RunningSandbox | undefined {
  try {
    const left = schema.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
    // Signal 0 only asks whether the process is there.
    process.kill(left.pid, 0);
    return { name: folder.split('/').at(-1) ?? folder, environments: left.environments };
  } catch {
    return undefined;
  }
}

/** Those whose folders are in this one. */
export function findRunningSandboxes(folder: string): readonly RunningSandbox[] {
  try {
    return readdirSync(folder)
      .toSorted()
      .map((name) => findRunningSandbox(join(folder, name)))
      .filter((found) => found !== undefined);
  } catch {
    return [];
  }
}
