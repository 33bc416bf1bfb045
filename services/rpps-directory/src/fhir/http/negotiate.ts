import type { Handling, Pair } from '../search/parse-search.ts';

/** What the headers ask for. */

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const jsonTypes = ['*/*', 'application/*', 'application/json', 'application/fhir+json', 'text/json', 'json'];

/** This server writes JSON: `_format` decides when there is one, and otherwise `Accept`. */
export function acceptsJson(accept: string | undefined, pairs: readonly Pair[]): boolean {
  const formats = pairs
    .filter(([name, value]) => name === '_format' && value !== '')
    .map(([, value]) => value);
  // In an address that was not encoded, the plus of `fhir+json` has become a space.
  if (formats.length > 0) return formats.every((format) => isJson(format.replace(' ', '+')));
  return accept === undefined || accept.trim() === '' || accept.split(',').some(isJson);
}

function isJson(mediaType: string): boolean {
  const [type = '', ...parameters] = mediaType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  // R4 alone: whoever asks for another version would misread it.
  return (
    jsonTypes.includes(type) &&
    !parameters.some((each) => /^q=0(\.0*)?$/.test(each) || /^fhirversion="?(?!4\.0)/.test(each))
  );
}

/** `Prefer: handling=strict`. Lenient otherwise, as the server of the Annuaire Santé seems to be: our choice. */
export function handlingOf(prefer: string | string[] | undefined): Handling {
  return /(^|[,;\s])handling="?strict"?\s*($|[,;])/i.test([prefer ?? []].flat().join())
    ? 'strict'
    : 'lenient';
}

/** The parameters of an address or of a form, in their order; what is badly encoded reads as a replacement character. */
export function pairsOf(query: string): Pair[] {
  return [...new URLSearchParams(query)];
}

/** `If-None-Match` compares weakly: `W/"a"` and `"a"` are one. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const bare = (each: string) => each.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((each) => bare(each) === bare(tag));
}
