import { createLogger, createMetrics, createServiceIdentity, type Registry } from '@psc/runtime';
import { compose } from '#src/compose.ts';
import { readConfig } from '#src/config.ts';
import { openParts } from '#src/open-parts.ts';

export type StartedWorker = Awaited<ReturnType<typeof startWorker>>;

/** The service as `main.ts` starts it, in this process. */
export async function startWorker(env: Readonly<Record<string, string>>) {
  const closing: (() => unknown)[] = [];
  const config = readConfig(env);
  const metrics: Registry = createMetrics('notification-worker');
  const logger = createLogger({ service: 'notification-worker', level: 'silent' });
  const life = { onStop: (_what: string, close: () => unknown) => closing.push(close) };
  const identity = await createServiceIdentity({
    name: 'notification-worker',
    key: config.SERVICE_KEY,
    trust: config.SERVICE_TRUST,
    clock: Date.now,
  });
  const { parts } = await openParts(config, identity, life, () => undefined);
  const composed = compose(parts, config, logger, metrics);
  closing.push(() => composed.close());
  return {
    queues: parts.queues,

    /** The value of a metric. */
    async count(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
      const metric = await metrics.getSingleMetric(name)?.get();
      const matches = (value: { labels: Partial<Record<string, string | number>> }) =>
        Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted);
      return metric?.values.find(matches)?.value ?? 0;
    },

    async stop() {
      for (const close of closing.splice(0).toReversed()) await close();
    },
  };
}
