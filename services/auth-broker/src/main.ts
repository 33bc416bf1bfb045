import { createHttpServer, runService } from '@psc/runtime';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { openParts } from './open-parts.ts';

const service = 'auth-broker';

await runService(service, readConfig, async ({ config, logger, metrics, identity, life }) => {
  const { parts, isReady } = await openParts(config, identity, life, (err) =>
    logger.error({ err }, 'a datastore failed'),
  );
  const app = createHttpServer({ logger, metrics, isReady, trustedProxies: config.TRUSTED_PROXIES });
  await compose(app, { ...parts, metrics }, config);
  await app.listen({ host: config.HOST, port: config.PORT });
  life.onStop('HTTP', () => app.close());
});
