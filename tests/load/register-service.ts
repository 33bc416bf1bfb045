import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPostgres, type Postgres } from '@psc/datastores';
import { createServiceIdentity, type ServiceIdentity } from '@psc/runtime';
import { startDatastores } from '@psc/sandbox/provision/datastores.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { makeOwnFolder } from '../setup/own-folder.ts';

const root = new URL('../../', import.meta.url).pathname;
const directory = (file: string) => join(root, 'services/rpps-directory/src', file);
const PATIENCE_MS = 1_800_000;

/** rpps-directory as in production, alone, on a register that was imported from generated files. */
export interface RegisterService {
  readonly origin: string;
  readonly pid: number;
  /** Signs calls as oidc-provider does. */
  readonly caller: ServiceIdentity;
  readonly fhirKey: string;
  readonly database: Postgres;
  /** Seconds that each file took, and the list of people after them. */
  readonly filled: Readonly<Record<string, number>>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startRegisterService(rows: number): Promise<RegisterService> {
  const { directory: folder, forget } = await makeOwnFolder('psc-load');
  const [postgresPort = 0, redisPort = 0, port = 0] = await freePorts(3);
  const password = randomBytes(16).toString('hex');
  const datastores = await startDatastores({
    directory: folder,
    postgresPort,
    postgresPassword: password,
    redisPort,
    redisPassword: password,
    durable: true,
  });
  await datastores.postgres.ensureDatabase('rpps_directory');
  const env = {
    PATH: process.env.PATH ?? '',
    PORT: String(port),
    DATABASE_URL: datastores.postgres.url('rpps_directory'),
    REDIS_URL: datastores.redis.url,
    CONTACT_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    FHIR_URL: `http://127.0.0.1:${port}/fhir/v2`,
    FHIR_CALLS_PER_SECOND: '100000',
    ...(await serviceKeys()).env,
  };
  const run = (file: string, ...args: string[]) =>
    spawn(process.execPath, [file, ...args], { env, stdio: ['pipe', 'ignore', 'inherit'] });

  await ended(run(directory('migrate.ts')));
  const filled: Record<string, number> = {};
  for (const kind of ['personne-activite', 'pro-sante-connect']) {
    const started = performance.now();
    const generator = spawn(
      process.execPath,
      [join(root, 'packages/extracts/src/main.ts'), '--kind', kind, '--rows', String(rows)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const importer = run(directory('directory.ts'), 'import', '-');
    await Promise.all([pipeline(generator.stdout, importer.stdin), ended(importer)]);
    filled[`${kind}, generated and imported`] = (performance.now() - started) / 1000;
  }
  const fhirKey = randomBytes(32).toString('base64url');
  await ended(run(directory('directory.ts'), 'api-keys', 'add', 'load', '--key', fhirKey));

  const keys = await serviceKeys();
  const log = openSync(join(folder, 'service.log'), 'w');
  const service = spawn(process.execPath, [directory('main.ts')], {
    env: { ...env, ...keys.env },
    stdio: ['ignore', log, 'inherit'],
  });
  const database = openPostgres({ url: env.DATABASE_URL, poolSize: 1, onError: () => undefined });
  const started = performance.now();
  await until(() => isListed(database), service);
  filled['lists of people and of places'] = (performance.now() - started) / 1000;
  // What autovacuum does within minutes, or it would do it while answers are timed.
  await database.query('SET statement_timeout = 0');
  await database.query('VACUUM (ANALYZE)');
  await database.query('CHECKPOINT');
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: service.pid ?? 0,
    caller: keys.caller,
    fhirKey,
    database,
    filled,
    async [Symbol.asyncDispose]() {
      service.kill('SIGTERM');
      await ended(service).catch(() => undefined);
      await database.close();
      await datastores.stop();
      await forget();
    },
  };
}

/** Have all followers read the last version? Those of the searches and of the FHIR face. */
async function isListed(database: Postgres): Promise<boolean> {
  const { rows } = await database.query<{ behind: boolean }>(
    `SELECT count(*) < 2 OR min(version_id) < (SELECT max(id) FROM versions) AS behind FROM register_followers`,
  );
  return rows[0]?.behind === false;
}

async function until(done: () => Promise<boolean>, service: ChildProcess): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await done())) {
    if (service.exitCode !== null) throw new Error('rpps-directory ended');
    if (performance.now() > deadline) throw new Error('rpps-directory takes too long');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`it ended with ${code}`))));
  });
}

async function serviceKeys() {
  const [own, caller] = await Promise.all(['rpps-directory', 'oidc-provider'].map(createKey));
  if (!own || !caller) throw new TypeError('two keys');
  const trust = { 'rpps-directory': [own.public], 'oidc-provider': [caller.public] };
  return {
    env: { SERVICE_KEY: JSON.stringify(own.private), SERVICE_TRUST: JSON.stringify(trust) },
    caller: await createServiceIdentity({
      name: 'oidc-provider',
      key: caller.private,
      trust,
      clock: Date.now,
    }),
  };
}

async function createKey(kid: string) {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '', d = '' } = await exportJWK(pair.privateKey);
  const publicKey = { kty: 'EC', crv: 'P-256', kid, x, y } as const;
  return { public: publicKey, private: { ...publicKey, d } };
}
