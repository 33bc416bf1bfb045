import { createHttpServer, runService } from '@psc/runtime';
import { listenForCertificates } from './client-auth.ts';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { openParts } from './open-parts.ts';

const service = 'oidc-provider';

await runService(service, readConfig, async ({ config, logger, metrics, identity, life }) => {
  const { parts, datastoresAnswer } = await openParts(config, identity, life, logger);
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
  life.onStop('mutual TLS', await listenForCertificates(app, config));
});
