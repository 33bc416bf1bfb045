import { createHttpServer, createLogger, createMetrics, runService, startTelemetry } from '@psc/runtime';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { openParts } from './open-parts.ts';

const service = 'oidc-provider';

await runService(service, async (life) => {
  const config = readConfig(process.env);
  const logger = createLogger({ service, level: config.LOG_LEVEL });
  const telemetry = await startTelemetry({
    service,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  });
  life.onStop('telemetry', () => telemetry.stop());

  const { parts, datastoresAnswer } = await openParts(config, life, logger);
  const metrics = createMetrics(service);
  const app = createHttpServer({
    logger,
    metrics,
    async isReady() {
      await datastoresAnswer();
      return engine.canSign();
    },
    trustedProxies: config.TRUSTED_PROXIES,
  });
  const engine = await compose(app, { ...parts, metrics }, config);
  await app.listen({ host: config.HOST, port: config.PORT });
  life.onStop('HTTP', () => app.close());
  return { logger };
});
