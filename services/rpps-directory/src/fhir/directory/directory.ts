import type { ResourceType } from '../resources/canonicals.ts';
import type { AnyResource, ResourceOf } from '../search/parameters.ts';
import type { Search } from '../search/parse-search.ts';

/** What the FHIR face asks of the register: nothing that no public file says. */
export interface Directory {
  read<Type extends ResourceType>(type: Type, id: string): Promise<Read<Type>>;
  /** `from` is what `next` of the page before was. */
  search<Type extends ResourceType>(search: Search<Type>, from: Position | undefined): Promise<Page<Type>>;
  /** What the resources of a page refer to, or what refers to them. */
  include<Type extends ResourceType>(
    search: Search<Type>,
    found: readonly ResourceOf[Type][],
  ): Promise<Included>;
}

/** Gone: it was deleted more than a month ago. */
export type Read<Type extends ResourceType> = ResourceOf[Type] | 'gone' | undefined;

/**
 * How far a search has come: rows have numbers that never change and only grow, so that whatever is imported between two
 * pages, nobody is told twice and nobody who was there all the time is left out.
 */
export interface Position {
  /** The row of the list to go on with. */
  readonly row: string;
  /** Of the resources of this row, the last one that was looked at. */
  readonly after: string;
}

export interface Page<Type extends ResourceType> {
  readonly found: readonly ResourceOf[Type][];
  readonly next: Position | undefined;
  readonly total: number | undefined;
}

export interface Included {
  readonly resources: readonly AnyResource[];
  /** Were there more than an answer holds? */
  readonly incomplete: boolean;
}
