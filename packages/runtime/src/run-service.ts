import { ConfigError } from './config.ts';
import type { Logger } from './logger.ts';

/** The life of a process: what was opened is closed in reverse order. */
export interface Life {
  /** `close` runs when the process stops, after all that was registered later. */
  onStop(what: string, close: () => Promise<unknown> | unknown): void;
}

const STOP_TIMEOUT_MS = 20_000;

/**
 * Runs a service until SIGTERM or SIGINT: `start` opens what it needs and registers how to close it. Exits with 1 when it
 * cannot start, after one clear message, and with 1 when it could not stop within 20 s.
 */
export async function runService(
  name: string,
  start: (life: Life) => Promise<{ logger: Logger }>,
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
    const { logger } = await start({ onStop: (what, close) => opened.push({ what, close }) });
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
