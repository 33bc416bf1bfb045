import type { ListedPerson } from '#src/domain/listing.ts';

/** Whom to search for: all of it must hold. */
export interface Criteria {
  /** Words of a name, normalised (`nameKey`): each one begins a word of theirs, in whatever order, or else is within one. */
  readonly words: readonly string[];
  /** Codes of the nomenclatures. */
  readonly profession?: string | undefined;
  readonly savoirFaire?: string | undefined;
  readonly department?: string | undefined;
  /** Who may practise no more too. */
  readonly inactive: boolean;
}

export interface FoundPage {
  /** By name. Fewer than asked for, or none, when what was searched so far holds no more: see `next`. */
  readonly people: readonly ListedPerson[];
  /** Where to go on; undefined at the end. */
  readonly next?: string | undefined;
}

export interface PeopleSearch {
  /**
   * At most `count` people from `cursor` on. One page reads a bounded part of the register, so that a search that hardly finds
   * anything among many has short pages, which `next` continues. Who is added or removed meanwhile displaces nobody.
   * Undefined when the cursor is not one of this search.
   */
  search(criteria: Criteria, count: number, cursor?: string): Promise<FoundPage | undefined>;
}
