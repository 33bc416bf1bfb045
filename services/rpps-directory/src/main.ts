import { createSeal, openPostgres, openRedis, traceRedis } from '@psc/datastores';
import { createRedisQuotas } from '@psc/quotas';
import { createHttpServer, runService } from '@psc/runtime';
import { createPostgresContacts } from '#src/adapters/contacts.postgres.ts';
import { createPostgresPeopleSearch } from '#src/adapters/people-search.postgres.ts';
import { createPostgresProfessionals, openLookups } from '#src/adapters/professionals.postgres.ts';
import { createPostgresRegisterEvents } from '#src/adapters/register-events.postgres.ts';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { answerUnreadable } from './fhir/http/fhir.routes.ts';
import { openFhirFace } from './fhir/open-fhir-face.ts';
import type { ListName } from './lists.ts';
import { measureRegister } from './measure-register.ts';
import { startListing } from './start-listing.ts';
import { startRelay } from './start-relay.ts';

const service = 'rpps-directory';

await runService(service, readConfig, async ({ config, logger, metrics, identity, life }) => {
  const onError = (err: Error) => logger.error({ err }, 'a datastore failed');
  const postgres = openPostgres({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE, onError });
  life.onStop('PostgreSQL', () => postgres.close());
  const lookups = openLookups(config.DATABASE_URL, onError);
  life.onStop('PostgreSQL lookups', () => lookups.close());
  // Who a professional is, PostgreSQL alone says: without Redis the service goes on answering, and is ready.
  life.onStop('Redis traces', traceRedis());
  const redis = await openRedis(config.REDIS_URL, 'commands', onError);
  life.onStop('Redis commands', () => redis.disconnect());

  const names: ListName[] = config.FHIR_URL === undefined ? ['people'] : ['people', 'places'];
  measureRegister({ metrics, postgres, names });
  const app = createHttpServer({
    logger,
    metrics,
    isReady: async () => {
      await postgres.query('SELECT FROM described_pro_sante_connect LIMIT 1');
      return true;
    },
    trustedProxies: config.TRUSTED_PROXIES,
    answerUnreadable,
  });
  const seal = createSeal(config.CONTACT_SEAL_KEYS);
  const events = createPostgresRegisterEvents({ postgres, seal });
  await compose(app, {
    professionals: createPostgresProfessionals({ postgres: lookups }),
    contacts: createPostgresContacts({ postgres, seal }),
    search: createPostgresPeopleSearch({ postgres }),
    events,
    identity,
  });
  startListing({ postgres, databaseUrl: config.DATABASE_URL, names, life, logger });
  await startRelay({ redisUrl: config.REDIS_URL, postgres, events, life, logger });
  await openFhirFace(app, { config, quotas: createRedisQuotas(redis), life, onError });
  await app.listen({ host: config.HOST, port: config.PORT });
  life.onStop('HTTP', () => app.close());
});
