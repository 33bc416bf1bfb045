import type { SearchRequest, SearchResponse } from '@psc/contracts';
import { accepted, type Outcome, refused } from '@psc/kernel';
import { nameKey, wordsOf } from '#src/domain/name-key.ts';
import type { PeopleSearch } from '#src/ports/people-search.ts';

/** Nothing to search by would be the whole register; a cursor belongs to the search that it comes from. */
export type SearchRefusal = 'criteria_missing' | 'cursor_malformed';

export type SearchPeople = (asked: SearchRequest) => Promise<Outcome<SearchResponse, SearchRefusal>>;

/** A name has no more; the others would not make it more precise. */
const MOST_WORDS = 8;

export function createSearchPeople({ search }: { search: PeopleSearch }): SearchPeople {
  return async ({ name, inactive, count, cursor, ...codes }) => {
    const [profession, savoirFaire, department] = [codes.profession, codes.savoirFaire, codes.department].map(
      (code) => code?.toUpperCase(),
    );
    const words = wordsOf(nameKey(name ?? '')).slice(0, MOST_WORDS);
    if (words.length === 0 && (profession ?? savoirFaire ?? department) === undefined)
      return refused('criteria_missing');
    const page = await search.search({ words, profession, savoirFaire, department, inactive }, count, cursor);
    if (!page) return refused('cursor_malformed');
    return accepted({ people: [...page.people], next: page.next ?? null });
  };
}
