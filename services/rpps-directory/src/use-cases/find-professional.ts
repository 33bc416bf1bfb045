import type { Professional } from '@psc/contracts';
import { parseNationalId } from '@psc/kernel';
import type { Professionals } from '#src/ports/professionals.ts';

/** The professional that an identifier leads to; what is not an identifier leads to nobody. */
export type FindProfessional = (identifier: string) => Promise<Professional | undefined>;

export function createFindProfessional({
  professionals,
}: {
  professionals: Professionals;
}): FindProfessional {
  return async (identifier) => {
    const parsed = parseNationalId(identifier);
    return parsed.ok ? professionals.find(parsed.value) : undefined;
  };
}
