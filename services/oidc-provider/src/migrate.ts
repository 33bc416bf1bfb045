import { createSeal, openPostgres } from '@psc/datastores';
import { migrate } from '@psc/datastores/migrations';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { createEnsureSigningKeys } from '#src/use-cases/change-signing-keys.ts';
import { readRegistryConfig } from './config.ts';

/** Brings the database to the newest schema, and makes the first signing keys. */
const { DATABASE_URL, SEAL_KEYS } = readRegistryConfig(process.env);
const ran = await migrate(DATABASE_URL, new URL('../migrations/', import.meta.url));
console.log(ran.length === 0 ? 'oidc_provider: nothing to migrate' : ran.join('\n'));

const postgres = openPostgres({ url: DATABASE_URL, poolSize: 1, onError: () => undefined });
const keys = createPostgresSigningKeys(postgres, createSeal(SEAL_KEYS));
for (const kid of await createEnsureSigningKeys({ keys, generate: generateSigningKey })()) {
  console.log(`signing key made: ${kid}`);
}
await postgres.close();
