import { type lookupRequestSchema, lookupResponseSchema } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { ServiceClient } from '@psc/runtime';
import type { z } from 'zod';
import type { Directory } from '#src/ports/directory.ts';

/** rpps-directory, over its internal API. */
export function createHttpDirectory(client: Pick<ServiceClient, 'post'>): Directory {
  return {
    async find(nationalId) {
      const body: z.input<typeof lookupRequestSchema> = { nationalId };
      const answer = await client.post('/internal/professionals/lookup', body, lookupResponseSchema);
      if (!answer) throw new Unavailable('directory_unavailable', 'rpps-directory has no lookup');
      const { professional } = answer;
      return professional
        ? { nationalId: professional.nationalId, active: professional.status === 'active' }
        : undefined;
    },
  };
}
