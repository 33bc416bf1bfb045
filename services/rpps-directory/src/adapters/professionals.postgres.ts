import type { Postgres } from '@psc/datastores';
import type { NationalId } from '@psc/kernel';
import type { Described } from '#src/domain/described.ts';
import { mayBeTakenOver } from '#src/domain/identifier.ts';
import { professionalOf } from '#src/domain/professional.ts';
import type { Professionals } from '#src/ports/professionals.ts';
import { resolveIdentifiers } from './claims.postgres.ts';
import { readDescribed } from './described.postgres.ts';
import { inBatches } from './in-batches.ts';

const kinds = ['personne_activite', 'pro_sante_connect'] as const;

/** Lookups in flight together go to PostgreSQL as one, whatever service and login they are of. */
const batches = { most: 64, atOnce: 4 };

export function createPostgresProfessionals({ postgres }: { postgres: Postgres }): Professionals {
  const describe = inBatches(
    (identifiers: readonly NationalId[]) => describeAll(postgres, identifiers),
    batches,
  );
  return {
    async find(identifier) {
      const described = await describe(identifier);
      return described && professionalOf(described);
    },
  };
}

/**
 * One prepared statement for RPPS numbers, which lead to their own record when they have one; one more for those that may lead
 * elsewhere, or have none.
 */
async function describeAll(
  postgres: Postgres,
  identifiers: readonly NationalId[],
): Promise<Map<NationalId, Described>> {
  const found = await describeOwners(postgres, identifiers.filter(mayBeTakenOver));
  const own = identifiers.filter((identifier) => !mayBeTakenOver(identifier));
  const described = await readDescribed(postgres, kinds, own);
  for (const identifier of own) {
    const theirs = described.get(identifier);
    if (theirs) found.set(identifier, theirs);
  }
  const unknown = own.filter((identifier) => !described.has(identifier));
  return unknown.length === 0 ? found : new Map([...found, ...(await describeOwners(postgres, unknown))]);
}

async function describeOwners(
  postgres: Postgres,
  identifiers: readonly NationalId[],
): Promise<Map<NationalId, Described>> {
  const owners = await resolveIdentifiers(postgres, identifiers);
  const described = await readDescribed(postgres, kinds, [...new Set(owners.values())]);
  return new Map(
    identifiers.flatMap((identifier) => {
      const theirs = described.get(owners.get(identifier) ?? '');
      return theirs ? [[identifier, theirs] as const] : [];
    }),
  );
}
