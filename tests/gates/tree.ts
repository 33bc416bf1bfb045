import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Verdict {
  readonly passes: boolean;
  readonly says: string;
}

/** A small tree under the repository's own rules, elsewhere: a violation inside the real one would fail whoever checks it now. */
export interface Tree extends AsyncDisposable {
  /** What `npm run types` says of it. */
  types(): Promise<Verdict>;
  /** What `npm run lint` says of it. */
  lint(): Promise<Verdict>;
}

/** `files`: path in the repository → text. */
export async function plantTree(files: Readonly<Record<string, string>>): Promise<Tree> {
  const folder = await mkdtemp(join(tmpdir(), 'psc-gates-'));
  for (const rules of ['.gitignore', 'biome.json', 'package.json', 'tsconfig.json']) {
    await copyFile(join(root, rules), join(folder, rules));
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return {
    types: () => judge(folder, 'tsc', ['--noEmit']),
    lint: () => judge(folder, 'biome', ['check', '--error-on-warnings', '--colors=off', '.']),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

function judge(folder: string, tool: string, args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules', '.bin', tool), [...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ passes: error === null, says: stdout + stderr }),
    );
  });
}
