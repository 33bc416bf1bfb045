import { type ExtractFile, registerFiles } from '../seeds/extracts.ts';
import { invent } from '../seeds/invent.ts';
import { amend, type Person, type PersonFields } from '../seeds/person.ts';
import { ControlRefusal } from './answers.ts';
import type { FoundPeople } from './people-file.ts';

/** The professionals of this sandbox: the seeds, and what the control API made of them. */
export interface People {
  list(): readonly Person[];

  /** 404 when nobody has this identifier. */
  get(nationalId: string): Person;

  /** Invents what is not said. Once this resolves, the directory knows the person. 409 for an identifier that is taken. */
  create(fields: PersonFields): Promise<Person>;

  /** Once this resolves, the directory says so too. */
  change(nationalId: string, fields: PersonFields): Promise<Person>;

  /** Back to the seeds. */
  reset(): Promise<void>;

  /** Tells the directory who exists. */
  publish(): Promise<void>;
}

export interface PeopleSettings {
  readonly seeds: readonly Person[];
  /** Who existed when the sandbox last stopped; the seeds, the first time. */
  readonly found: FoundPeople;
  /** Has rpps-directory import extracts of the register, in this order. */
  readonly importRegister: (files: readonly ExtractFile[]) => Promise<void>;
  readonly save: (people: FoundPeople) => Promise<void>;
}

export function createPeople(settings: PeopleSettings): People {
  const { seeds } = settings;
  let people = byIdentifier(settings.found.people);
  let { lastOrdinal } = settings.found;
  /** Whom the directory has been told of by this process. */
  const told = new Set<string>();
  const publish = createBatches(async () => {
    const now = [...people.values()];
    await settings.save({ people: now, lastOrdinal });
    // Only who was seen before can be struck off.
    const yesterday = now.some(({ nationalId, status }) => status === 'inactive' && !told.has(nationalId));
    await settings.importRegister(registerFiles(now, { yesterday }));
    for (const { nationalId } of now) told.add(nationalId);
  });

  return {
    list: () => [...people.values()],
    get,
    publish,

    async create(fields) {
      const person = inventSomebodyNew(fields);
      if (isTaken(person))
        throw new ControlRefusal(409, 'professional_exists', 'nationalId: somebody has it already');
      people.set(person.nationalId, person);
      await publish();
      return person;
    },

    async change(nationalId, fields) {
      const person = amend(get(nationalId), fields);
      if (person.nationalId !== nationalId)
        throw new ControlRefusal(400, 'malformed_request', 'nationalId: cannot be changed');
      people.set(nationalId, person);
      await publish();
      return person;
    },

    async reset() {
      const isSeeded =
        people.size === seeds.length && seeds.every((seed) => isSame(people.get(seed.nationalId), seed));
      people = byIdentifier(seeds);
      if (!isSeeded) await publish();
    },
  };

  function get(nationalId: string): Person {
    const person = people.get(nationalId);
    if (!person)
      throw new ControlRefusal(
        404,
        'professional_unknown',
        'nobody has this nationalId: see GET /professionals',
      );
    return person;
  }

  function inventSomebodyNew(fields: PersonFields): Person {
    for (;;) {
      const person = invent(fields, ++lastOrdinal);
      if (fields.nationalId !== undefined || !isTaken(person)) return person;
    }
  }

  function isTaken({ nationalId }: Person): boolean {
    return people.has(nationalId);
  }
}

function byIdentifier(people: readonly Person[]): Map<string, Person> {
  return new Map(people.map((person) => [person.nationalId, person]));
}

function isSame(one: Person | undefined, other: Person): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Runs `work` for every call, one run at a time; the calls that come during a run share the next one. An import is the
 * same work for one person as for a hundred.
 */
function createBatches(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  return function run(): Promise<void> {
    if (next) return next;
    if (!running) return start();
    next = running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };

  function start(): Promise<void> {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  }
}
