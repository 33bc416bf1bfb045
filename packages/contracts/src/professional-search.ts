import { z } from 'zod';

const code = z
  .string()
  .max(32)
  .regex(/^[0-9A-Za-z-]+$/);

/**
 * `POST /internal/professionals/search` of rpps-directory: all that is given must hold, and something must be. Accents, case,
 * hyphens and apostrophes of a name do not count, nor the order of its words; each one begins a word of the name of practice,
 * or, when nobody has such a name, is within one.
 */
export const searchRequestSchema = z.strictObject({
  name: z.string().max(200).optional(),
  /** Codes of the nomenclatures: `10`, `SM53`. */
  profession: code.optional(),
  savoirFaire: code.optional(),
  /** `75`, `2A`, `974`. */
  department: code.optional(),
  /** Those who may practise no more too. */
  inactive: z.boolean().default(false),
  count: z.int().min(1).max(50).default(20),
  /** `next` of the page before, with the same criteria. */
  cursor: z.string().min(1).max(8192).optional(),
});
export type SearchRequest = z.output<typeof searchRequestSchema>;

export const searchResponseSchema = z.object({
  /** By name of practice. */
  people: z
    .array(
      z.object({
        nationalId: z.string().max(64),
        status: z.enum(['active', 'inactive']),
        familyName: z.string().max(512),
        givenName: z.string().max(512),
        exercices: z
          .array(
            z.object({
              codeProfession: z.string(),
              codeCategorieProfessionnelle: z.string(),
              codesSavoirFaire: z.array(z.string()).readonly(),
            }),
          )
          .readonly(),
        departments: z.array(z.string()).readonly(),
      }),
    )
    .max(50),
  /** Where the next page begins; null at the end. A page with nobody may have a next one: it reads a part of the register. */
  next: z.string().nullable(),
});
export type SearchResponse = z.infer<typeof searchResponseSchema>;
