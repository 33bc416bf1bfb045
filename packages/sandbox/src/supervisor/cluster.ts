import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { leaveEnvironments } from '@psc/cli/running-sandbox';
import { isPublicIssuer } from '#src/control/public-issuer.ts';
import { keepPki } from '#src/pki/keep-pki.ts';
import { removeDatastores, startDatastores } from '#src/provision/datastores.ts';
import { seedApplications } from '#src/seeds/applications.ts';
import { type Addresses, addressesFrom } from './addresses.ts';
import type { OnDeath } from './child.ts';
import { createCommands } from './commands.ts';
import { openControl } from './control.ts';
import { lockFolder } from './folder-lock.ts';
import { createLife } from './life.ts';
import { type Ports, portsFrom, portUses, takenPorts } from './ports.ts';
import { createPrograms, type Program, type Programs } from './programs.ts';
import { keepSecrets, type Secrets } from './secrets.ts';
import {
  databases,
  demoEnvironment,
  readVersion,
  root,
  serviceEnvironment,
  serviceNames,
  type Wiring,
} from './services.ts';
import { noStamps, openStamps } from './stamps.ts';

export interface ClusterSettings {
  readonly portBase: number;
  /** Holds everything that this cluster writes. */
  readonly directory: string;
  /** Forgets everything first. */
  readonly fresh?: boolean;
  /** False: nothing survives a loss of power, and it is faster. For tests. */
  readonly durable?: boolean;
  /** Servers that somebody else runs, used instead of ours. */
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  /** Where browsers reach what runs here, when that is not `http://localhost:<port>`. */
  readonly addresses?: Partial<Addresses>;
  /** Where to listen: this machine only, unless said otherwise. */
  readonly host?: string | undefined;
  /** Variables to add to a program's environment, or to change. */
  readonly environment?: Partial<Record<Program, Readonly<Record<string, string>>>>;
  /** Interrupts the start. */
  readonly signal?: AbortSignal;
  /** Hears of a program that ended although nobody asked. It is not started again. */
  readonly onDeath?: OnDeath;
  /** Hears of what went wrong in the control API while nobody was waiting for it. */
  readonly onError?: (error: unknown) => void;
}

export interface Cluster {
  readonly ports: Ports;
  readonly addresses: Addresses;
  readonly secrets: Secrets;
  readonly redisUrl: string;
  postgresUrl(database: string): string;
  readonly logs: Programs['logs'];
  readonly pidOf: Programs['pidOf'];
  readonly kill: Programs['kill'];
  /** Starts again a program that was killed, and waits until it is ready. */
  readonly restart: Programs['start'];
  /** Stops everything, in the reverse order of its start. */
  stop(): Promise<void>;
}

/** PostgreSQL, Redis, the four services, the sandbox's control and the demo application: all ready when it resolves. */
export async function startCluster(settings: ClusterSettings): Promise<Cluster> {
  const { directory, signal } = settings;
  const ports = portsFrom(settings.portBase);
  const addresses = addressesFrom(ports, settings.addresses);
  if (isPublicIssuer(addresses.issuer)) {
    throw new Error(`The sandbox refuses to be ${addresses.issuer}: here, anybody may log in as anybody.`);
  }
  const life = createLife();
  // What is being started meanwhile fails, since its process ends. A failure to end is told to who calls `stop`.
  signal?.addEventListener('abort', () => life.end().catch(() => undefined));

  try {
    await mkdir(directory, { recursive: true, mode: 0o711 });
    life.onEnd(await lockFolder(directory));
    if (settings.fresh) await forget(settings);
    await checkPorts(settings, ports);
    const secrets = keepSecrets(secretsFile(directory));
    const pki = keepPki(join(directory, 'pki'), serverNames(addresses));
    const datastores = await startDatastores({
      directory,
      postgresPort: ports.postgresql,
      postgresPassword: secrets.postgresPassword,
      redisPort: ports.redis,
      redisPassword: secrets.redisPassword,
      durable: settings.durable ?? true,
      postgresUrl: settings.databaseUrl,
      redisUrl: settings.redisUrl,
      onDeath: settings.onDeath,
    });
    life.onEnd(datastores.stop);
    const { postgres, redis } = datastores;
    const wiring: Wiring = {
      ports,
      addresses,
      secrets,
      pki,
      redisUrl: redis.url,
      databaseUrl: (service) => postgres.url(databases[service]),
      host: settings.host ?? 'localhost',
      version: readVersion(),
    };
    const seeds = seedApplications({
      jwtKey: secrets.jwtApplicationKey,
      mtls: { ...pki.mtlsApplication, authority: pki.authority.certificate },
    });
    const environmentOf = (program: Program) => ({
      ...inheritedEnvironment(),
      ...(program === 'demo' ? demoEnvironment(wiring) : serviceEnvironment(program, wiring)),
      ...settings.environment?.[program],
    });
    // Others may have emptied a server of theirs since.
    const stamps = settings.databaseUrl ? noStamps : await openStamps(join(directory, 'stamps.json'));
    const commands = createCommands({ environmentOf, stamps, signal });
    const programs = createPrograms({
      environmentOf,
      probeOf: (program) => `http://127.0.0.1:${ports[program]}${program === 'demo' ? '/' : '/readyz'}`,
      logFolder: join(directory, 'logs'),
      onDeath: settings.onDeath,
    });
    life.onEnd(programs.stopAll);
    await Promise.all([
      ...serviceNames.map(async (service) => {
        await postgres.ensureDatabase(databases[service]);
        await commands.migrate(service);
        if (service === 'oidc-provider')
          await commands.seedApplications(seeds.map(({ declaration }) => declaration));
        if (service === 'rpps-directory') await commands.seedApiKey();
        await programs.start(service);
      }),
      programs.start('demo'),
    ]);
    life.onEnd(
      await openControl(wiring, {
        directory,
        commands,
        applications: seeds,
        onError: settings.onError ?? (() => undefined),
      }),
    );
    life.onEnd(await leaveEnvironments(directory, environmentsOf(wiring, settings)));
    if (life.ending) throw new Error('The sandbox was stopped before it was ready.');

    return {
      ports,
      addresses,
      secrets,
      redisUrl: redis.url,
      postgresUrl: (database) => postgres.url(database),
      logs: programs.logs,
      pidOf: programs.pidOf,
      kill: programs.kill,
      restart: programs.start,
      stop: () => life.end(),
    };
  } catch (error) {
    // What could not be started matters more than what could not be stopped.
    await life.end().catch(() => undefined);
    throw error;
  }
}

/** What `psc` needs to act here: the same as what the services got. */
function environmentsOf(wiring: Wiring, { environment }: ClusterSettings) {
  const each = serviceNames.map((service): [string, Record<string, string>] => [
    service,
    { ...serviceEnvironment(service, wiring), ...environment?.[service] },
  ]);
  return Object.fromEntries(each);
}

/** What TLS on this machine must be for: `localhost`, and where browsers reach it when that is elsewhere. */
function serverNames(addresses: Addresses): string[] {
  return [...new Set(['localhost', '127.0.0.1', '::1', new URL(addresses.mtls).hostname])];
}

async function forget({ directory, databaseUrl, redisUrl }: ClusterSettings): Promise<void> {
  if (databaseUrl || redisUrl) {
    throw new Error(
      '--fresh forgets what is ours only: empty the servers of DATABASE_URL and REDIS_URL yourself.',
    );
  }
  await removeDatastores(directory);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o711 });
}

async function checkPorts({ databaseUrl, redisUrl }: ClusterSettings, ports: Ports): Promise<void> {
  const taken = await takenPorts(ports, (use) => {
    if (use === 'postgresql') return databaseUrl === undefined;
    return use !== 'redis' || redisUrl === undefined;
  });
  if (taken.length === 0) return;
  const list = taken.map((use) => `${ports[use]} (${portUses[use]})`).join(', ');
  throw new Error(
    `${taken.length === 1 ? 'This port is' : 'These ports are'} taken: ${list}; stop what listens there, or choose others with --port-base.`,
  );
}

function secretsFile(directory: string): string {
  const file = join(directory, 'secrets.json');
  if (!existsSync(file) && existsSync(join(directory, 'postgres'))) {
    throw new Error(`${file} is gone, and the data beside it cannot be read without it: start with --fresh.`);
  }
  return file;
}

/** What our programs may know of this process's environment: nothing that configures somebody else's. */
const inherited = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LOG_LEVEL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER_ARG',
];

function inheritedEnvironment(): Record<string, string> {
  const entries = inherited.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  // Compiled once, started faster ever after; the compiler keeps apart what differs.
  return { ...Object.fromEntries(entries), NODE_COMPILE_CACHE: join(root, '.sandbox', 'compile-cache') };
}
