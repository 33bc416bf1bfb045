import { readFile, rename, writeFile } from 'node:fs/promises';
import { exerciceSchema } from '@psc/contracts';
import { z } from 'zod';
import type { Person } from '../seeds/person.ts';

const personSchema = z.object({
  nationalId: z.string(),
  rpps: z.string(),
  status: z.enum(['active', 'inactive']),
  codeCivilite: z.string(),
  familyName: z.string(),
  givenName: z.string(),
  profession: z.string(),
  otherIds: z.array(z.string()),
  exercices: z.array(exerciceSchema),
  phone: z.string(),
  mail: z.string(),
  ecps: z.object({ active: z.boolean(), pin: z.string() }),
});

const fileSchema = z.object({
  /** The people who differ from the seeds, or are not in them: newer seeds are not hidden by an old file. */
  changed: z.array(personSchema),
  /** Of the people who were ever invented: an identifier is not given twice, since phones were enrolled under it. */
  lastOrdinal: z.number().int(),
});

export interface FoundPeople {
  readonly people: readonly Person[];
  readonly lastOrdinal: number;
}

/** What the control API made of the seeds, which outlives the process. */
export function createPeopleFile(path: string, seeds: readonly Person[]) {
  const seeded = new Map(seeds.map((seed) => [seed.nationalId, JSON.stringify(seed)]));

  return {
    /** The seeds, as they were changed, then the people who were added. A file that cannot be read is as if absent. */
    async load(): Promise<FoundPeople> {
      const text = await readFile(path, 'utf8').catch(() => '{}');
      const { changed = [], lastOrdinal = 0 } = fileSchema.safeParse(parseJson(text)).data ?? {};
      const people = new Map([...seeds, ...changed].map((person) => [person.nationalId, person]));
      return { people: [...people.values()], lastOrdinal };
    },

    async save({ people, lastOrdinal }: FoundPeople): Promise<void> {
      const changed = people.filter((person) => seeded.get(person.nationalId) !== JSON.stringify(person));
      const content = `${JSON.stringify({ changed, lastOrdinal }, null, 2)}\n`;
      await writeFile(`${path}.new`, content, { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
