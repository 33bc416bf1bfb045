import { mayBeTakenOver } from './identifier.ts';
import type { FileKind } from './stored-rows.ts';

/** A file says that this identifier is one of this person's (`declared_identifiers`), whom the register knows. */
export interface Claim {
  readonly subject: string;
  /** pro_sante_connect (`Autres identifiants`), adeli_rpps (`N° ADELI;N° RPPS`) or porteurs (what the card holds). */
  readonly kind: FileKind;
  /** Does the last file of this kind still show the person who declares it? */
  readonly present: boolean;
}

/**
 * Whom an identifier leads to: who declares it, before a record of that number, so that an ADELI record gives way to the
 * RPPS one, struck off or not. Declared by two people, it is nobody's but its record's. An RPPS number never leads
 * to another, known yet or not: a phone that its owner activates meanwhile would be the other's.
 *
 * Who left the restricted file still owns the number of before, or an old card would let in somebody struck off; but who is
 * still there and declares it has it. A line that was taken out of the table of ADELI numbers, or of cards, was wrong: it says nothing.
 */
export function leadsTo(
  identifier: string,
  claims: readonly Claim[],
  hasRecord: boolean,
): string | undefined {
  const own = hasRecord ? identifier : undefined;
  if (!mayBeTakenOver(identifier)) return own;
  const owner =
    onlyOne(claims.filter(({ present }) => present)) ??
    onlyOne(claims.filter(({ kind, present }) => !present && kind === 'pro_sante_connect'));
  return owner === undefined || owner === TWO ? own : owner;
}

/** More is no chain of one person's identifiers. */
export const MOST_HOPS = 4;

/**
 * Whom an identifier leads to in the end, when who declares it has become somebody else's identifier too: from an employer's number
 * to an ADELI one, and from that to an RPPS one. `leads` says it of one identifier alone (`leadsTo`). A chain that goes round, or
 * is too long, is nobody's: the identifier stays its record's.
 */
export function followLeads(
  identifier: string,
  leads: (identifier: string) => string | undefined,
  hasRecord: boolean,
): string | undefined {
  let reached = identifier;
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    const next = leads(reached);
    if (next === undefined || next === reached) return next;
    reached = next;
  }
  return hasRecord ? identifier : undefined;
}

const TWO = Symbol('claimed twice');

function onlyOne(claims: readonly Claim[]): string | typeof TWO | undefined {
  const subjects = new Set(claims.map(({ subject }) => subject));
  return subjects.size > 1 ? TWO : subjects.values().next().value;
}
