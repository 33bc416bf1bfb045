import type { Queryable } from '@psc/datastores';
import type { Mailbox } from '#src/domain/person.ts';
import { parseRows } from '#src/domain/stored-rows.ts';
import type { PublishedStructure } from '../resources/organization.ts';
import { identifiersOfStructure } from '../resources/structure.ts';
import { structureOfListing } from './structure-listing.ts';

export interface StructureRow {
  readonly id: string;
  readonly kind: 'site' | 'legal';
  readonly active: boolean;
  readonly updated_at: Date;
  readonly row: string;
}

/** The structures of a list, in its order, with the mailboxes that are theirs. */
export async function readStructures(
  postgres: Queryable,
  listed: readonly StructureRow[],
): Promise<PublishedStructure[]> {
  const structures = listed.map((row) => ({ row, structure: structureOfListing(row) }));
  const subjects = structures.flatMap(({ structure }) =>
    identifiersOfStructure(structure).map((identifier) => `structure:${identifier}`),
  );
  const { rows } = await postgres.query<{ subject: string; rows: string }>(
    'SELECT subject, rows FROM described_mssante WHERE present AND subject = ANY($1)',
    [subjects],
    'structure-mailboxes',
  );
  const mailboxes = new Map(rows.map(({ subject, rows: said }) => [subject, parseRows('mssante', said)]));
  return structures.map(({ row, structure }) => ({
    structure,
    active: row.active,
    updatedAt: row.updated_at,
    mailboxes: distinct(
      identifiersOfStructure(structure).flatMap(
        (identifier) => mailboxes.get(`structure:${identifier}`) ?? [],
      ),
    ),
  }));
}

/** Those of a person are with the person, and one that lacks its person is nobody's. */
function distinct(mailboxes: readonly Mailbox[]): Mailbox[] {
  const own = mailboxes.filter(({ typeBal }) => typeBal !== 'PER');
  return [...new Map(own.map((mailbox) => [mailbox.adresseBal, mailbox])).values()];
}
