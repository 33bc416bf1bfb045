import { nameKey } from '#src/domain/name-key.ts';

/** What is looked for and what is looked at, type by type (https://hl7.org/fhir/R4/search.html). */

export interface Token {
  readonly system?: string | undefined;
  readonly code?: string | undefined;
  /** The type of an identifier, for `:of-type`. */
  readonly type?: { readonly system?: string | undefined; readonly code?: string | undefined } | undefined;
}

export type Folding = 'name' | 'address of a mailbox';

/** How two spellings of a string are one: as names are, or by case alone where `.` and `@` count. */
export function fold(folding: Folding, value: string): string {
  return folding === 'name' ? nameKey(value) : value.trim().toLowerCase();
}

/** Splits at a separator that no backslash stands before, and leaves the backslashes where they are. */
function splitUnescaped(text: string, separator: ',' | '|'): string[] {
  const parts = [''];
  for (const [piece] of text.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if (piece === separator) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

const unescaped = (text: string) => text.replaceAll(/\\([,|$\\])/g, '$1');

/** `a,b` is a or b; `\,` is a comma. Nothing between two commas is nothing. */
export function alternativesOf(value: string): string[] {
  return splitUnescaped(value, ',').filter((part) => part !== '');
}

export function stringOf(alternative: string): string {
  return unescaped(alternative);
}

/** `code`, `system|code`, `system|` (any code of it) or `|code` (a code without system, `system: ''`). */
export function tokenOf(alternative: string): Token {
  const [first = '', ...rest] = splitUnescaped(alternative, '|').map(unescaped);
  if (rest.length === 0) return { code: first };
  const code = rest.join('|');
  return { system: first, ...(code === '' ? {} : { code }) };
}

/** `system of the type|type|value`, of which FHIR asks for all three. */
export function typedTokenOf(alternative: string): Token | undefined {
  const [system, code, value, more] = splitUnescaped(alternative, '|').map(unescaped);
  if (!system || !code || !value || more !== undefined) return undefined;
  return { code: value, type: { system, code } };
}

/** Whatever the case of a code: FHIR would rather have too much found than something missed. */
export function tokenMatches(asked: Token, found: Token): boolean {
  if (
    asked.type &&
    (asked.type.system !== found.type?.system || !sameCode(asked.type.code, found.type?.code))
  )
    return false;
  if (asked.system !== undefined && asked.system !== (found.system ?? '')) return false;
  return asked.code === undefined || sameCode(asked.code, found.code);
}

function sameCode(asked: string | undefined, found: string | undefined): boolean {
  return asked?.toLowerCase() === found?.toLowerCase();
}

/** A code as it was asked, and in the cases that the register writes codes in. */
export function spellingsOf(code: string): string[] {
  return [...new Set([code, code.toUpperCase(), code.toLowerCase()])];
}

export function stringMatches(
  asked: string,
  found: string,
  how: 'starts' | 'contains' | 'exact',
  folding: Folding,
): boolean {
  if (how === 'exact') return asked === found;
  const [key, text] = [fold(folding, asked), fold(folding, found)];
  if (key === '') return false;
  return how === 'contains' ? text.includes(key) : text.startsWith(key);
}

/** `Practitioner/4711`, `4711` alone, or the whole address on this server. */
export function referenceMatches(asked: string, found: string, base: string): boolean {
  const local = asked.startsWith(`${base}/`) ? asked.slice(base.length + 1) : asked;
  return local.includes('/') ? local === found : found.endsWith(`/${local}`);
}

type DatePrefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** A moment that is known up to a year, a month, a day, a minute or a second: from `start` until before `end`. */
interface DateAsked {
  readonly prefix: DatePrefix;
  readonly start: number;
  readonly end: number;
}

const DATE =
  /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** Undefined when it is no date. Without a zone it is UTC, as the documentation of the Annuaire Santé has it. */
export function dateAskedOf(alternative: string): DateAsked | undefined {
  // In an address that was not encoded, the plus of a zone has become a space.
  const [, prefix, year, month, day, hour, minute, second, fraction, zone] =
    DATE.exec(alternative.replace(/ (\d\d:\d\d)$/, '+$1')) ?? [];
  if (year === undefined || year === '0000') return undefined;
  const text = `${year}-${month ?? '01'}-${day ?? '01'}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}${fraction?.slice(0, 4) ?? ''}${zone ?? 'Z'}`;
  const start = Date.parse(text);
  if (
    Number.isNaN(start) ||
    (day !== undefined && new Date(`${year}-${month}-${day}`).getUTCDate() !== Number(day))
  )
    return undefined;
  const date = new Date(start);
  const end =
    month === undefined
      ? date.setUTCFullYear(date.getUTCFullYear() + 1)
      : day === undefined
        ? date.setUTCMonth(date.getUTCMonth() + 1)
        : start + lengthOf({ hour, second, fraction });
  // The pattern has let nothing else through.
  return { prefix: (prefix ?? 'eq') as DatePrefix, start, end };
}

function lengthOf(known: { readonly [part in 'hour' | 'second' | 'fraction']: string | undefined }): number {
  if (known.hour === undefined) return 86_400_000;
  if (known.second === undefined) return 60_000;
  return known.fraction === undefined ? 1_000 : 1;
}

/** The moments that match, first and last; several for `ne`. */
export function spansOf(
  { prefix, start, end }: DateAsked,
  now: number,
): readonly (readonly [number, number])[] {
  const [first, last] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  switch (prefix) {
    case 'eq':
      return [[start, end - 1]];
    case 'ne':
      return [
        [first, start - 1],
        [end, last],
      ];
    case 'gt':
    case 'sa':
      return [[end, last]];
    case 'ge':
      return [[start, last]];
    case 'lt':
    case 'eb':
      return [[first, start - 1]];
    case 'le':
      return [[first, end - 1]];
    case 'ap': {
      // As FHIR advises: a tenth of the time between then and now.
      const about = Math.abs(now - start) / 10;
      return [[start - about, end - 1 + about]];
    }
  }
}
