import { type OtherId, otherIds, outlivesItsExtract } from './identifier.ts';
import { type FileKind, parseRows, type StoredRow } from './stored-rows.ts';

/** The two kinds of file that say who practises; the others only add to what they say. */
export const practiceKinds = ['personne_activite', 'pro_sante_connect'] as const;
export type PracticeKind = (typeof practiceKinds)[number];

/** What one kind of file says of a person. */
export interface Said {
  /** Does the last file of this kind still show the person? If not, `rows` is what the last one that did said. */
  readonly present: boolean;
  /** StoredRows of this kind. */
  readonly rows: string;
  /** The version that last wrote this. */
  readonly version?: string | undefined;
}

/** All that the register holds of one person: what every function of this folder that answers about a person reads. */
export interface Described {
  readonly nationalId: string;
  readonly said: { readonly [Kind in FileKind]?: Said | undefined };
  /** The identifiers that lead to this person: `identifiersThatLeadTo`. */
  readonly others: readonly string[];
  /** Whom this identifier leads to, when that is another person: the ADELI record of somebody who got an RPPS number. */
  readonly movedTo?: string | undefined;
  /** Which of the two practice kinds was imported last; undefined when neither ever was. */
  readonly lastImported: PracticeKind | undefined;
}

/** Somebody whom no practice kind ever described is nobody: a diploma or a mailbox alone makes no professional. */
export function isKnown({ said }: Described): boolean {
  return practiceKinds.some((kind) => said[kind] !== undefined);
}

/** One practice file that shows them is enough: the public one hides who opposed publication. */
export function isActive({ nationalId, said, movedTo }: Described): boolean {
  if (movedTo !== undefined) return false;
  return practiceKinds.some((kind) => said[kind]?.present) || outlivesItsExtract(nationalId);
}

export type PracticeRow = StoredRow<PracticeKind>;

/** How a person practises, by one kind of file. */
export interface Practised {
  readonly kind: PracticeKind;
  readonly rows: readonly PracticeRow[];
}

/**
 * What the kind says that was imported last among those that show the person, and for who left both, the one that was imported
 * last. Each file owns what it alone says; what both say is the freshest.
 */
export function practiceOf({ said, lastImported }: Described): Practised {
  const [last, other]: readonly [PracticeKind, PracticeKind] =
    lastImported === 'personne_activite'
      ? ['personne_activite', 'pro_sante_connect']
      : ['pro_sante_connect', 'personne_activite'];
  const isLast = said[last]?.present || (said[last] !== undefined && !said[other]?.present);
  const kind = isLast ? last : other;
  return { kind, rows: parseRows(kind, said[kind]?.rows ?? '') };
}

/** The first row of the restricted file, of who left it too. */
export function restrictedRow({ said }: Described, practised: Practised): PracticeRow | undefined {
  if (practised.kind === 'pro_sante_connect') return practised.rows[0];
  const rows = said.pro_sante_connect?.rows;
  return rows === undefined ? undefined : parseRows('pro_sante_connect', rows.split('\n', 1)[0] ?? '')[0];
}

/** What a kind of file that only adds says of a person, while its last file still says it. */
export function presentRows<Kind extends FileKind>(described: Described, kind: Kind): StoredRow<Kind>[] {
  const said = described.said[kind];
  return said?.present ? parseRows(kind, said.rows) : [];
}

export function identifiersOf({ nationalId, others }: Described): OtherId[] {
  return otherIds(nationalId, others);
}
