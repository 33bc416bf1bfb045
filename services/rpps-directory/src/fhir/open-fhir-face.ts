import { createSeal, deriveKeys, openPostgres, type Seal } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { createPseudonym, type Quotas } from '@psc/quotas';
import type { Life } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { createPostgresApiKeys } from './access/api-keys.postgres.ts';
import { createGate } from './access/gate.ts';
import { createPostgresDirectory } from './directory/directory.postgres.ts';
import { fhirRoutes } from './http/fhir.routes.ts';
import { createPageLinks } from './http/page-links.ts';

/** Longer than any search ought to take: one that does is told to ask for less. */
const STATEMENT_TIMEOUT_MS = 5_000;

/**
 * The FHIR face, when it has an address (`FHIR_URL`). It has connections of its own to PostgreSQL, few and with a short
 * timeout, so that whoever searches for much cannot make a login wait.
 */
export async function openFhirFace(
  app: FastifyInstance,
  needs: {
    readonly config: {
      readonly FHIR_URL?: string | undefined;
      readonly FHIR_CALLS_PER_SECOND: number;
      readonly FHIR_POOL_SIZE: number;
      readonly DATABASE_URL: string;
      readonly CONTACT_SEAL_KEYS: string;
    };
    readonly quotas: Quotas;
    readonly life: Life;
    readonly onError: (error: Error) => void;
  },
): Promise<void> {
  const { config, quotas, life, onError } = needs;
  if (config.FHIR_URL === undefined) return;
  const postgres = openPostgres({
    url: config.DATABASE_URL,
    poolSize: config.FHIR_POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onError,
  });
  life.onStop('PostgreSQL of FHIR', () => postgres.close());
  const seal = sealOf(config.CONTACT_SEAL_KEYS);
  const [base, clock] = [config.FHIR_URL, systemClock];
  await app.register(
    fhirRoutes({
      directory: createPostgresDirectory({ postgres, base, clock }),
      gate: createGate({
        apiKeys: createPostgresApiKeys(postgres),
        quotas,
        pseudonym: createPseudonym(seal),
        callsPerSecond: config.FHIR_CALLS_PER_SECOND,
      }),
      pageLinks: createPageLinks({ seal, clock }),
      base,
      clock,
    }),
  );
}

/** Keys of this use alone: what opens a link to a page opens no contact. */
function sealOf(keys: string): Seal {
  return createSeal(
    deriveKeys(keys, 'fhir', 32)
      .map(({ id, key }) => `${id}:${key.export().toString('base64')}`)
      .join(),
  );
}
