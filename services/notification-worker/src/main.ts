import { createHttpServer, runService } from '@psc/runtime';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { openParts } from './open-parts.ts';

const service = 'notification-worker';

await runService(service, readConfig, async ({ config, logger, metrics, identity, life }) => {
  const { parts, isReady } = await openParts(config, identity, life, (err) =>
    logger.error({ err }, 'a datastore failed'),
  );
  const composed = compose(parts, config, logger, metrics);
  life.onStop('worker', () => composed.close());

  // Health and metrics only: nobody calls this service.
  const app = createHttpServer({ logger, metrics, isReady, trustedProxies: config.TRUSTED_PROXIES });
  await app.listen({ host: config.HOST, port: config.PORT });
  life.onStop('HTTP', () => app.close());
});
