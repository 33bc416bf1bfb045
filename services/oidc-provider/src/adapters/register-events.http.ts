import { type readRegisterEventsRequestSchema, readRegisterEventsResponseSchema } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { ServiceClient } from '@psc/runtime';
import type { z } from 'zod';
import type { RegisterEvents } from '#src/ports/register-events.ts';

/** rpps-directory, over its internal API. */
export function createHttpRegisterEvents(client: Pick<ServiceClient, 'post'>): RegisterEvents {
  return {
    async read({ first, last }) {
      const body: z.input<typeof readRegisterEventsRequestSchema> = { first, last };
      const answer = await client.post(
        '/internal/register-events/read',
        body,
        readRegisterEventsResponseSchema,
      );
      if (!answer) throw new Unavailable('directory_unavailable', 'rpps-directory has no events');
      return answer.events;
    },
  };
}
