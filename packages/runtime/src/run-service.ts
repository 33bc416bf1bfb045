import { systemClock } from '@psc/kernel';
import type { z } from 'zod';
import { ConfigError, type privateServiceKey, type publicServiceKey } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics, type Registry } from './metrics.ts';
import { createServiceIdentity, type ServiceIdentity } from './service-identity.ts';
import { startTelemetry } from './telemetry.ts';

/** The life of a process: what was opened is closed in reverse order. */
export interface Life {
  /** `close` runs when the process stops, after all that was registered later. */
  onStop(what: string, close: () => Promise<unknown> | unknown): void;
}

/** What every service starts with. */
export interface ServiceFrame<Config> {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Who this service is for the others. */
  readonly identity: ServiceIdentity;
  readonly life: Life;
}

/** The part of `commonConfig` that the frame itself reads. */
interface FrameConfig {
  readonly SERVICE_KEY: z.output<typeof privateServiceKey>;
  readonly SERVICE_TRUST: Readonly<Record<string, readonly z.output<typeof publicServiceKey>[]>>;
  readonly LOG_LEVEL: string;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}

const STOP_TIMEOUT_MS = 20_000;

/**
 * Runs a service until SIGTERM or SIGINT: reads its configuration, begins its logs, traces and metrics, then lets `start`
 * open what it needs and register how to close it. Exits with 1 when it cannot start, after one clear message, and with 1
 * when it could not stop within 20 s.
 */
export async function runService<Config extends FrameConfig>(
  name: string,
  readConfig: (env: NodeJS.ProcessEnv) => Config,
  start: (frame: ServiceFrame<Config>) => Promise<void>,
): Promise<void> {
  const opened: { what: string; close: () => Promise<unknown> | unknown }[] = [];
  let stopping = false;

  const stop = async (reason: string, logger?: Logger): Promise<never> => {
    stopping = true;
    logger?.info({ reason }, 'stopping');
    const deadline = setTimeout(() => process.exit(1), STOP_TIMEOUT_MS);
    deadline.unref();
    for (const { what, close } of opened.toReversed()) {
      try {
        await close();
      } catch (error) {
        logger?.error({ err: error, what }, 'could not close');
      }
    }
    process.exit(reason === 'start failed' ? 1 : 0);
  };

  try {
    const config = readConfig(process.env);
    const logger = createLogger({ service: name, level: config.LOG_LEVEL });
    const telemetry = await startTelemetry({
      service: name,
      endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      ratio: config.OTEL_TRACES_SAMPLER_ARG,
    });
    const life: Life = { onStop: (what, close) => opened.push({ what, close }) };
    life.onStop('telemetry', telemetry.stop);
    const identity = await createServiceIdentity({
      name,
      key: config.SERVICE_KEY,
      trust: config.SERVICE_TRUST,
      clock: systemClock,
    });
    await start({ config, logger, metrics: createMetrics(name), identity, life });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      // A second signal does not cut the first one's work short: the deadline does.
      process.on(signal, () => {
        if (!stopping) void stop(signal, logger);
      });
    }
    logger.info('started');
  } catch (error) {
    process.stderr.write(`${name} cannot start: ${explain(error)}\n`);
    await stop('start failed');
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return 'unknown error';
  return error.cause instanceof Error
    ? `${error.message} (${error.cause.message})`
    : (error.stack ?? error.message);
}
