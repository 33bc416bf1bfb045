import { type Exercice, exerciceSchema, pinSchema } from '@psc/contracts';
import { parseNationalId } from '@psc/kernel';
import { professionLabelOf } from '@psc/nomenclatures';
import { z } from 'zod';

/** A fictitious professional: what the register says of them, and the phone they carry. */
export interface Person {
  readonly nationalId: string;
  /** The RPPS number, without its 8; '' for who has none. */
  readonly rpps: string;
  /** `inactive`: was in the register, and is no longer in the extracts. */
  readonly status: 'active' | 'inactive';
  readonly codeCivilite: string;
  /** Civil names. */
  readonly familyName: string;
  readonly givenName: string;
  /** For people who read the list. */
  readonly profession: string;
  /** Identifiers beside the national one, such as the ADELI number of before. */
  readonly otherIds: readonly string[];
  readonly exercices: readonly Exercice[];
  /** How the register can reach them. */
  readonly phone: string;
  readonly mail: string;
  readonly ecps: { readonly active: boolean; readonly pin: string };
}

const text = z.string().max(512);
const identifier = z.string().refine((typed) => {
  const parsed = parseNationalId(typed);
  return parsed.ok && parsed.value === typed;
}, 'is not a national identifier, such as 8 followed by an RPPS number');

/** What can be said of a person; what is not said is invented, or stays as it was. Absent columns are ''. */
export const personFieldsSchema = z.strictObject({
  nationalId: identifier.exactOptional(),
  status: z.enum(['active', 'inactive']).exactOptional(),
  codeCivilite: text.exactOptional(),
  familyName: text.exactOptional(),
  givenName: text.exactOptional(),
  otherIds: z.array(identifier).max(19).exactOptional(),
  exercices: z.array(exerciceSchema).max(100).exactOptional(),
  phone: text.exactOptional(),
  mail: text.exactOptional(),
  /** `false`: the phone is left to be activated by hand. */
  ecps: z
    .union([
      z.boolean(),
      z.strictObject({ active: z.boolean().exactOptional(), pin: pinSchema.exactOptional() }),
    ])
    .exactOptional(),
});
export type PersonFields = z.input<typeof personFieldsSchema>;

/** The person once `fields` are said of them. */
export function amend(person: Omit<Person, 'rpps' | 'profession'>, fields: PersonFields): Person {
  const { ecps, ...said } = personFieldsSchema.parse(fields);
  const next = { ...person, ...said };
  return {
    ...next,
    rpps: /^8\d{11}$/.test(next.nationalId) ? next.nationalId.slice(1) : '',
    profession: professionOf(next.exercices),
    ecps: { ...person.ecps, ...(typeof ecps === 'boolean' ? { active: ecps } : ecps) },
  };
}

function professionOf(exercices: readonly Exercice[]): string {
  const names = exercices.map(({ codeProfession, codeCategorieProfessionnelle }) => {
    const label = professionLabelOf(codeProfession) || codeProfession;
    return codeCategorieProfessionnelle === 'E' ? `${label} (étudiant)` : label;
  });
  return [...new Set(names)].join(', ') || 'Sans profession déclarée';
}
