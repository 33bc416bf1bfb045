import { activityFields, exerciceFields } from '@psc/kernel';
import { z } from 'zod';

/**
 * What rpps-directory answers about a person, in PSC's own words (SubjectRefPro): the register's columns by the
 * names that applications receive. A value the register does not have is '' and never null or absent.
 */
const column = z.string().max(512).default('');

function columns<Name extends string>(names: readonly Name[]): Record<Name, typeof column> {
  // `fromEntries` forgets the names that it was given.
  return Object.fromEntries(names.map((name) => [name, column])) as Record<Name, typeof column>;
}

/** One place and way of working: PSC's `activities[]`. */
export const activitySchema = z.object(columns(activityFields));
export type Activity = z.infer<typeof activitySchema>;

/** One profession in one category, with its savoir-faire: PSC's `exercices[]`. */
export const exerciceSchema = z.object({
  ...columns(exerciceFields),
  activities: z.array(activitySchema).max(1000),
});
export type Exercice = z.infer<typeof exerciceSchema>;

/** PSC's `otherIds[]`: every identifier known for the person. `qualite` is 1, or 2 for a PSI account. */
export const alternativeIdentifierSchema = z.object({
  identifiant: z.string(),
  origine: z.string(),
  qualite: z.number().int(),
});
export type AlternativeIdentifier = z.infer<typeof alternativeIdentifierSchema>;

export const professionalSchema = z.object({
  nationalId: z.string().max(64),
  /** `inactive`: was in the register and no longer is (struck off, retired, opposed): may not log in. */
  status: z.enum(['active', 'inactive']),
  /** Civil names; the names of practice are in `exercices`. */
  familyName: column,
  givenName: column,
  codeCivilite: column,
  otherIds: z.array(alternativeIdentifierSchema).max(20),
  exercices: z.array(exerciceSchema).max(100),
});
export type Professional = z.infer<typeof professionalSchema>;

/** `POST /internal/professionals/lookup` of rpps-directory. A body, because an identifier must not reach a URL. */
export const lookupRequestSchema = z.strictObject({ nationalId: z.string().min(1).max(64) });
export const lookupResponseSchema = z.object({ professional: professionalSchema.nullable() });

/**
 * `POST /internal/professionals/contacts` of rpps-directory, for auth-broker alone: how the register can reach an active
 * professional, as it has it. Every call is recorded. '' is what the register does not have.
 */
export const contactsRequestSchema = lookupRequestSchema;
export const contactsResponseSchema = z.object({
  contacts: z.object({ phone: column, mail: column }).nullable(),
});
