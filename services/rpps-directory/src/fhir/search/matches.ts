import type { ResourceType } from '../resources/canonicals.ts';
import type { ResourceOf } from './parameters.ts';
import type { Filter } from './parse-search.ts';
import {
  dateAskedOf,
  referenceMatches,
  spansOf,
  stringMatches,
  stringOf,
  tokenMatches,
  tokenOf,
  typedTokenOf,
} from './values.ts';

export interface Circumstances {
  /** Where this server is: a reference may be written whole. */
  readonly base: string;
  readonly now: number;
}

/** Does a resource have what a filter asks for? The only place that decides: what the database finds is a first choice. */
export function matches<Type extends ResourceType>(
  resource: ResourceOf[Type],
  { parameter, modifier, alternatives }: Filter<ResourceOf[Type]>,
  { base, now }: Circumstances,
): boolean {
  switch (parameter.type) {
    case 'token': {
      const found = parameter.of(resource);
      return alternatives.some((alternative) => {
        const asked = modifier === 'of-type' ? typedTokenOf(alternative) : tokenOf(alternative);
        return asked !== undefined && found.some((token) => tokenMatches(asked, token));
      });
    }
    case 'string': {
      const found = parameter.of(resource);
      const how = modifier === 'contains' || modifier === 'exact' ? modifier : 'starts';
      return alternatives.some((alternative) =>
        found.some((text) => stringMatches(stringOf(alternative), text, how, parameter.folding)),
      );
    }
    case 'reference': {
      const found = parameter.of(resource);
      return alternatives.some((alternative) =>
        found.some((reference) => referenceMatches(stringOf(alternative), reference, base)),
      );
    }
    case 'date': {
      const moments = parameter.of(resource).map(Date.parse);
      return alternatives.some((alternative) => {
        const asked = dateAskedOf(alternative);
        const spans = asked ? spansOf(asked, now) : [];
        return moments.some((moment) => spans.some(([first, last]) => first <= moment && moment <= last));
      });
    }
  }
}
