import { z } from 'zod';
import { contactsResponseSchema, lookupRequestSchema } from './professional.ts';

/**
 * `POST /internal/professionals/masked-contacts` of rpps-directory: enough for somebody to recognise how the register reaches
 * them (`+33 6 ** ** ** 42`, `c…@sante.example`), and for nobody else to learn it. Recorded as every reading of a contact.
 */
export const maskedContactsRequestSchema = lookupRequestSchema;
export const maskedContactsResponseSchema = contactsResponseSchema;

/**
 * `POST /internal/professionals/by-contact` of rpps-directory, for auth-broker alone: who can be reached at this telephone
 * number or address, whatever its spelling. Several people may share one. Recorded as every reading of a contact.
 */
export const byContactRequestSchema = z.union([
  z.strictObject({ phone: z.string().min(1).max(64) }),
  z.strictObject({ mail: z.string().min(1).max(320) }),
]);
export const byContactResponseSchema = z.object({ nationalIds: z.array(z.string().max(64)).max(20) });
