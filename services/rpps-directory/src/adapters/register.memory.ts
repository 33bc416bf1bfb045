import { accepted, type NationalId } from '@psc/kernel';
import { type Exercice, groupExercices } from '#src/domain/exercices.ts';
import { mayBeTakenOver, otherIds, outlivesItsExtract } from '#src/domain/identifier.ts';
import { checkLoss, importRunning, nobodyInFile } from '#src/domain/import-refusal.ts';
import type { ExtractKind, RegisterRow } from '#src/domain/register-row.ts';
import type { Contact, Contacts } from '#src/ports/contacts.ts';
import type { Professionals } from '#src/ports/professionals.ts';
import type { Extract, Register } from '#src/ports/register.ts';

interface Person {
  readonly presentIn: ReadonlySet<ExtractKind>;
  readonly codeCivilite: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly hasCivilNames: boolean;
  readonly exercices: readonly Exercice[];
  readonly contact?: Contact | undefined;
  /** As the restricted extract last gave them. */
  readonly declaredIds: readonly NationalId[];
}

/** The register as a model that one reads in a minute: what PostgreSQL must do, and the fake of the unit tests. */
export function createMemoryRegister(): Register & Professionals & Contacts {
  let people: ReadonlyMap<NationalId, Person> = new Map();
  /** Other identifier → the person it leads to. */
  let owners: ReadonlyMap<NationalId, NationalId> = new Map();
  let running = false;

  const locate = (identifier: NationalId) => {
    const nationalId = owners.get(identifier) ?? identifier;
    const person = people.get(nationalId);
    return person && { nationalId, person };
  };

  return {
    async apply(extract, options = {}) {
      if (running) return importRunning;
      running = true;
      try {
        const { rows, seen, rejected } = await readAll(extract);
        if (rows.size === 0) return nobodyInFile;

        const known = [...people].filter(
          ([id, person]) => person.presentIn.has(extract.kind) && !outlivesItsExtract(id),
        );
        const lost = known.filter(([id]) => !seen.has(id));
        const refusal = checkLoss(known.length, lost.length);
        if (refusal && options.force === undefined) return refusal;

        const next = new Map(people);
        let [created, changed, returned] = [0, 0, 0];
        for (const [nationalId, theirs] of rows) {
          const before = people.get(nationalId);
          const after = describe(extract.kind, theirs, before);
          next.set(nationalId, after);
          if (!before) created++;
          else if (isNewTo(extract.kind, before) || substance(before) !== substance(after)) changed++;
          if (before && before.presentIn.size === 0) returned++;
        }
        for (const [nationalId, person] of lost) {
          const presentIn = new Set(person.presentIn);
          presentIn.delete(extract.kind);
          const contact = extract.kind === 'pro_sante_connect' ? undefined : person.contact;
          next.set(nationalId, { ...person, presentIn, contact });
        }
        const claims = extract.kind === 'pro_sante_connect' ? settleClaims(next, rows, owners) : undefined;
        people = next;
        owners = freeRppsNumbers(claims?.owners ?? owners, next);
        return accepted({
          rows: [...rows.values()].reduce((sum, theirs) => sum + theirs.length, rejected),
          rejected: rejected + (claims?.refused ?? 0),
          people: rows.size,
          created,
          changed,
          lost: lost.length,
          returned,
        });
      } finally {
        running = false;
      }
    },

    async find(identifier) {
      const found = locate(identifier);
      if (!found) return undefined;
      const { nationalId, person } = found;
      const others = [...owners].filter(([, owner]) => owner === nationalId).map(([other]) => other);
      return {
        nationalId,
        status: person.presentIn.size > 0 ? 'active' : 'inactive',
        familyName: person.familyName,
        givenName: person.givenName,
        codeCivilite: person.codeCivilite,
        otherIds: otherIds(nationalId, others),
        exercices: person.exercices.map((exercice) => ({
          ...exercice,
          activities: [...exercice.activities],
        })),
      };
    },

    async read(identifier) {
      return locate(identifier)?.person.contact;
    },
  };
}

async function readAll(extract: Extract) {
  const rows = new Map<NationalId, RegisterRow[]>();
  const seen = new Set<NationalId>();
  let rejected = 0;
  for await (const batch of extract.rows) {
    for (const row of batch) {
      if (row.nationalId) seen.add(row.nationalId);
      if ('reason' in row) rejected++;
      else rows.set(row.nationalId, [...(rows.get(row.nationalId) ?? []), row]);
    }
  }
  return { rows, seen, rejected };
}

/** The restricted extract owns civil names, other identifiers and contacts; the last one of either kind, the rest. */
function describe(kind: ExtractKind, rows: readonly RegisterRow[], before: Person | undefined): Person {
  const [first] = rows;
  if (!first) throw new TypeError('a person has a row at least');
  const restricted = kind === 'pro_sante_connect';
  const names = !restricted && before?.hasCivilNames ? before : first;
  return {
    presentIn: new Set([...(before?.presentIn ?? []), kind]),
    codeCivilite: first.codeCivilite,
    familyName: names.familyName,
    givenName: names.givenName,
    hasCivilNames: restricted || (before?.hasCivilNames ?? false),
    exercices: groupExercices(rows.map((row) => row.practice)),
    contact: restricted ? contactOf(first) : before?.contact,
    declaredIds: restricted
      ? [...new Set(rows.flatMap((row) => row.otherIds))].toSorted()
      : (before?.declaredIds ?? []),
  };
}

/** Who enters the restricted extract is written again: their contact was forgotten when they left it. */
function isNewTo(kind: ExtractKind, person: Person): boolean {
  return kind === 'pro_sante_connect' && !person.presentIn.has(kind);
}

function contactOf({ phone, mail }: RegisterRow): Contact | undefined {
  return phone === '' && mail === '' ? undefined : { phone, mail };
}

function substance({ presentIn: _, ...person }: Person): string {
  return JSON.stringify(person);
}

/** An identifier that was claimed before its owner entered the register comes back to them. */
function freeRppsNumbers(
  owners: ReadonlyMap<NationalId, NationalId>,
  people: ReadonlyMap<NationalId, Person>,
): ReadonlyMap<NationalId, NationalId> {
  return new Map([...owners].filter(([identifier]) => !people.has(identifier) || mayBeTakenOver(identifier)));
}

/** An identifier that two people declare is nobody's; an RPPS number stays its owner's. */
function settleClaims(
  people: ReadonlyMap<NationalId, Person>,
  rows: ReadonlyMap<NationalId, readonly RegisterRow[]>,
  before: ReadonlyMap<NationalId, NationalId>,
) {
  const claimants = new Map<NationalId, NationalId[]>();
  for (const nationalId of rows.keys())
    for (const identifier of people.get(nationalId)?.declaredIds ?? [])
      claimants.set(identifier, [...(claimants.get(identifier) ?? []), nationalId]);
  const owners = new Map([...before].filter(([, owner]) => !rows.has(owner)));
  let refused = 0;
  for (const [identifier, [claimant, ...others]] of claimants) {
    const another = people.has(identifier) && !mayBeTakenOver(identifier);
    if (!claimant || others.length > 0 || another) refused += 1 + others.length;
    else owners.set(identifier, claimant);
  }
  return { owners, refused };
}
