import {
  type contactAnnouncedRequestSchema,
  doneSchema,
  type previousContactRequestSchema,
  previousContactResponseSchema,
  type readRegisterEventsRequestSchema,
  readRegisterEventsResponseSchema,
} from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { ServiceClient } from '@psc/runtime';
import type { z } from 'zod';
import type { RegisterEvents } from '#src/ports/register-events.ts';

const path = '/internal/register-events';

/** rpps-directory, over its internal API. */
export function createHttpRegisterEvents(client: Pick<ServiceClient, 'post'>): RegisterEvents {
  async function ask<Schema extends z.ZodType>(what: string, body: object, answer: Schema) {
    const answered = await client.post(`${path}/${what}`, body, answer);
    if (!answered) throw new Unavailable('directory_unavailable', 'rpps-directory has no events');
    return answered;
  }

  return {
    async read({ first, last }) {
      const body: z.input<typeof readRegisterEventsRequestSchema> = { first, last };
      return (await ask('read', body, readRegisterEventsResponseSchema)).events;
    },

    async findPreviousContact(id) {
      const body: z.input<typeof previousContactRequestSchema> = { id };
      return (await ask('previous-contact', body, previousContactResponseSchema)).contact ?? undefined;
    },

    async markAnnounced(id) {
      const body: z.input<typeof contactAnnouncedRequestSchema> = { id };
      await ask('contact-announced', body, doneSchema);
    },
  };
}
