import { openPostgres, type Postgres } from '@psc/datastores';
import type { NationalId } from '@psc/kernel';
import type { Described } from '#src/domain/described.ts';
import { mayBeTakenOver } from '#src/domain/identifier.ts';
import { professionalOf } from '#src/domain/professional.ts';
import type { Professionals } from '#src/ports/professionals.ts';
import { resolveIdentifiers } from './claims.postgres.ts';
import { readDescribed } from './described.postgres.ts';
import { inBatches } from './in-batches.ts';

const kinds = ['personne_activite', 'pro_sante_connect'] as const;

/**
 * Lookups in flight together go to PostgreSQL as one, whatever service and login they are of. Two at once: one that is slow
 * does not hold all of them up, and the more are asked for, the more go together.
 */
const batches = { most: 64, atOnce: 2 };

/** Planning the statement of a lookup takes PostgreSQL three times as long as executing it. */
export function openLookups(url: string, onError: (error: Error) => void): Postgres {
  return openPostgres({ url, poolSize: 2 * batches.atOnce, planOnce: true, onError });
}

/**
 * An RPPS number leads to its own record alone: one prepared statement. Others may lead elsewhere: one more tells where.
 */
export function createPostgresProfessionals({ postgres }: { postgres: Postgres }): Professionals {
  const own = inBatches((ids: readonly string[]) => readDescribed(postgres, kinds, ids), batches);
  const owner = inBatches((ids: readonly string[]) => resolveIdentifiers(postgres, ids), batches);

  async function describe(identifier: NationalId): Promise<Described | undefined> {
    if (!mayBeTakenOver(identifier)) return own(identifier);
    const leadsTo = await owner(identifier);
    return leadsTo === undefined ? undefined : own(leadsTo);
  }

  return {
    async find(identifier) {
      const described = await describe(identifier);
      return described && professionalOf(described);
    },
  };
}
