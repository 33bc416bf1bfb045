import type { Cluster } from '@psc/sandbox/supervisor/cluster.ts';
import { serviceNames } from '@psc/sandbox/supervisor/services.ts';
import { createSandbox } from '@psc/testing';
import { Redis } from 'ioredis';
import { logInByPhone } from './phone-login.ts';
import { figuresOf, figuresOfRedis, machineFigures, ownFigures } from './process-figures.ts';

export interface LoginFigures {
  readonly perSecond: number;
  readonly failed: number;
  /** Milliseconds, from the authorization request to the claims. */
  readonly p50: number;
  readonly p99: number;
  readonly consumers: readonly { name: string; cpuMsPerLogin: number; idleMb: number; loadedMb: number }[];
  readonly redis: { readonly readsPerLogin: number; readonly commandsPerLogin: number };
}

/** V8 compiles what runs often: before that, a login costs twice as much. */
const WARM_UP_LOGINS = 1_000;

/** Complete logins by phone, `parallel` at a time, for `seconds`: each person logs in again as soon as they are in. */
export async function measureLogins(
  cluster: Cluster,
  parallel: number,
  seconds: number,
): Promise<LoginFigures> {
  const sandbox = createSandbox(cluster.addresses.control);
  const people: string[] = [];
  for (let i = 0; i < parallel; i++) {
    const { nationalId } = await sandbox.createProfessional();
    await sandbox.setPhone(nationalId, 'approve');
    people.push(nationalId);
  }
  const target = {
    issuer: cluster.addresses.issuer,
    clientId: 'sandbox-web',
    clientSecret: 'sandbox-secret',
  };
  const redis = new Redis(cluster.redisUrl);
  const consumers = async () => [
    ...serviceNames.map((name) => ({ name, ...figuresOf(cluster.pidOf(name)) })),
    { name: 'Redis', ...(await figuresOfRedis(redis)) },
    { name: 'load generator and phones', ...ownFigures() },
    { name: 'whole machine, PostgreSQL included', ...machineFigures() },
  ];
  const idle = await consumers();

  await run({ until: Number.POSITIVE_INFINITY, most: WARM_UP_LOGINS });
  const [before, redisBefore] = [await consumers(), await redisTraffic(redis)];
  const started = performance.now();
  const { durations, failed } = await run({
    until: started + seconds * 1000,
    most: Number.POSITIVE_INFINITY,
  });
  const elapsed = (performance.now() - started) / 1000;
  const [after, redisAfter] = [await consumers(), await redisTraffic(redis)];
  await redis.quit();

  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return {
    perSecond: durations.length / elapsed,
    failed,
    p50: at(0.5),
    p99: at(0.99),
    consumers: after.map(({ name, cpuMs, residentMb }, i) => ({
      name,
      cpuMsPerLogin: (cpuMs - (before[i]?.cpuMs ?? 0)) / durations.length,
      idleMb: idle[i]?.residentMb ?? 0,
      loadedMb: residentMb,
    })),
    redis: {
      readsPerLogin: (redisAfter.reads - redisBefore.reads) / durations.length,
      commandsPerLogin: (redisAfter.commands - redisBefore.commands) / durations.length,
    },
  };

  async function run(bound: { until: number; most: number }) {
    const durations: number[] = [];
    let [begun, failed] = [0, 0];
    const loop = async (nationalId: string) => {
      while (performance.now() < bound.until && begun < bound.most) {
        begun++;
        const start = performance.now();
        try {
          await logInByPhone(target, nationalId);
          durations.push(performance.now() - start);
        } catch (error) {
          failed++;
          if (failed === 1) console.error('first failed login:', error);
          if (failed > 50) throw error;
        }
      }
    };
    await Promise.all(people.map(loop));
    return { durations, failed };
  }
}

/** `reads`: times Redis read from a socket, about one per round trip; `commands`: what it executed, scripts included. */
async function redisTraffic(redis: Redis): Promise<{ reads: number; commands: number }> {
  const stats = await redis.info('stats');
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1] ?? 0);
  return { reads: figure('total_reads_processed'), commands: figure('total_commands_processed') };
}
