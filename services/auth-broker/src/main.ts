import { createHttpServer, createLogger, createMetrics, runService, startTelemetry } from '@psc/runtime';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { openParts } from './open-parts.ts';

const service = 'auth-broker';

await runService(service, async (life) => {
  const config = readConfig(process.env);
  const logger = createLogger({ service, level: config.LOG_LEVEL });
  const telemetry = await startTelemetry({
    service,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  });
  life.onStop('telemetry', () => telemetry.stop());

  const { parts, isReady } = await openParts(config, life, (err) =>
    logger.error({ err }, 'a datastore failed'),
  );
  const metrics = createMetrics(service);
  const app = createHttpServer({ logger, metrics, isReady, trustedProxies: config.TRUSTED_PROXIES });
  await compose(app, { ...parts, metrics }, config);
  await app.listen({ host: config.HOST, port: config.PORT });
  life.onStop('HTTP', () => app.close());
  return { logger };
});
