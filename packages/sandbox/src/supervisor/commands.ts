import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApplicationDeclaration } from '@psc/contracts';
import type { ExtractFile } from '#src/seeds/extracts.ts';
import { lastLines } from './child.ts';
import { root, type ServiceName } from './services.ts';
import { materialOf, type Stamps } from './stamps.ts';

/** What an operator runs beside a service: its own commands, with its own environment. */
export interface Commands {
  /** Brings the service's database to the newest migration. */
  migrate(service: ServiceName): Promise<void>;
  /** Has rpps-directory import extracts of the register, in this order. */
  importRegister(files: readonly ExtractFile[]): Promise<void>;
  /** Lets anybody ask the FHIR face with the key of the sandbox, unless it was done. */
  seedApiKey(): Promise<void>;
  /** Declares the seeds at oidc-provider, unless it was done. */
  seedApplications(applications: readonly ApplicationDeclaration[]): Promise<void>;
  /** Declares applications at oidc-provider. */
  applyApplications(applications: readonly ApplicationDeclaration[]): Promise<void>;
}

const TIMEOUT_MS = 120_000;
/** Of the FHIR face, here: no secret. */
export const FHIR_KEY = 'sandbox-key';

export function createCommands(settings: {
  environmentOf: (service: ServiceName) => Readonly<Record<string, string>>;
  stamps: Stamps;
  signal: AbortSignal | undefined;
}): Commands {
  const { environmentOf, stamps, signal } = settings;

  function run(service: ServiceName, command: string, args: readonly string[]): Promise<void> {
    const program = `services/${service}/src/${command}.ts`;
    const options = { cwd: root, env: environmentOf(service), timeout: TIMEOUT_MS, signal };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [program, ...args], options, (cause, stdout, stderr) => {
        if (cause === null) resolve();
        else reject(new Error(`node ${program} failed.\n${lastLines(stdout + stderr)}`, { cause }));
      });
    });
  }

  function applyApplications(applications: readonly ApplicationDeclaration[]): Promise<void> {
    const content = JSON.stringify({ applications });
    return withFiles([{ name: 'applications.json', content }], (paths) =>
      run('oidc-provider', 'clients', ['apply', '--by', 'sandbox', ...paths]),
    );
  }

  return {
    async migrate(service) {
      const material = await materialOf(join(root, 'services', service, 'migrations'));
      await stamps.once(`migrations of ${service}`, material, () => run(service, 'migrate', []));
    },

    async importRegister(files) {
      // A migration may forget what was imported.
      const migrations = await materialOf(join(root, 'services', 'rpps-directory', 'migrations'));
      await stamps.once('register', migrations + JSON.stringify(files), () =>
        withFiles(files, (paths) =>
          // Forced: few people make great differences in proportion, which the directory rightly suspects.
          run('rpps-directory', 'directory', [
            ...['import', ...paths, '--by', 'sandbox', '--force', 'the people of a sandbox'],
          ]),
        ),
      );
    },

    async seedApiKey() {
      const migrations = await materialOf(join(root, 'services', 'rpps-directory', 'migrations'));
      await stamps.once('FHIR key', migrations, () =>
        run('rpps-directory', 'directory', [
          ...['api-keys', 'add', 'sandbox', '--key', FHIR_KEY, '--by', 'sandbox', '--if-missing'],
        ]),
      );
    },

    seedApplications: (applications) =>
      stamps.once('applications', JSON.stringify(applications), () => applyApplications(applications)),

    applyApplications,
  };
}

/** Files that only we may read, for as long as `work` lasts. */
async function withFiles(
  files: readonly { readonly name: string; readonly content: string }[],
  work: (paths: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'psc-sandbox-'));
  try {
    const paths = files.map(({ name }) => join(folder, name));
    await Promise.all(files.map(({ content }, i) => writeFile(paths[i] ?? folder, content, { mode: 0o600 })));
    await work(paths);
  } finally {
    await rm(folder, { recursive: true });
  }
}
