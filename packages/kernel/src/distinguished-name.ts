/** A distinguished name in the order of certificates: from the country to the person or the machine. */
export type DistinguishedName = readonly NamePart[];

/** One attribute, or several that say one thing together. */
export type NamePart = readonly NameAttribute[];

export interface NameAttribute {
  /** Object identifier, in dots. */
  readonly type: string;
  /** Undefined when only its encoding is known, or when it is no text. */
  readonly text?: string | undefined;
  /** Its DER encoding in lower-case hexadecimal; undefined when only its text is known. */
  readonly der?: string | undefined;
}

/** The keywords of RFC 4514 §3, and those that tools write besides. */
const types: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SURNAME: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  S: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
  TITLE: '2.5.4.12',
  POSTALCODE: '2.5.4.17',
  NAME: '2.5.4.41',
  GN: '2.5.4.42',
  GIVENNAME: '2.5.4.42',
  INITIALS: '2.5.4.43',
  PSEUDONYM: '2.5.4.65',
  ORGANIZATIONIDENTIFIER: '2.5.4.97',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
};
const keywords = new Map(
  Object.entries(types)
    .toReversed()
    .map(([keyword, oid]) => [oid, keyword] as const),
);

/**
 * Reads a distinguished name as RFC 4514 writes it, from the person or the machine to the country: `CN=a\, b,O=c,C=FR`.
 * Spaces around the separators are forgiven. Undefined when it is none.
 */
export function parseDistinguishedName(text: string): DistinguishedName | undefined {
  const parts: NameAttribute[][] = [];
  const characters = [...text];
  let separator: string | undefined = ',';
  for (let at = 0; separator !== undefined; at += 1) {
    const equals = characters.indexOf('=', at);
    const type = equals === -1 ? undefined : readType(characters.slice(at, equals).join(''));
    const value = readValue(characters, equals + 1);
    if (type === undefined || value === undefined) return undefined;
    const attribute = { type, ...value.content };
    if (separator === '+') parts.at(-1)?.push(attribute);
    else parts.push([attribute]);
    at = value.end;
    separator = characters[at];
  }
  return parts.toReversed();
}

function readType(text: string): string | undefined {
  const keyword = text
    .trim()
    .toUpperCase()
    .replace(/^OID\./, '');
  return /^\d+(\.\d+)+$/.test(keyword) ? keyword : types[keyword];
}

const ESCAPABLE = ' "#+,;<=>\\';
/** They stand for themselves only when they are escaped. */
const RESERVED = '"+,;<>\0';

/** The value that begins at `from`, and where what ends it stands: a separator, or the end of the text. */
function readValue(characters: readonly string[], from: number) {
  let at = from;
  while (characters[at] === ' ') at += 1;
  const begin = at;
  // What is escaped may be one byte of a character: all is put together as the bytes of a URL.
  let read = '';
  let kept = 0;
  for (; at < characters.length && characters[at] !== ',' && characters[at] !== '+'; at += 1) {
    const [character = '', next = '', afterNext = ''] = characters.slice(at, at + 3);
    if (RESERVED.includes(character)) return undefined;
    if (character !== '\\') read += encodeURIComponent(character.toWellFormed());
    else if (ESCAPABLE.includes(next) && next !== '') {
      read += encodeURIComponent(next);
      at += 1;
    } else if (/^[\da-f]{2}$/i.test(next + afterNext)) {
      read += `%${next}${afterNext}`;
      at += 2;
    } else return undefined;
    if (character !== ' ') kept = read.length;
  }
  const content = contentOf(read.slice(0, kept), characters[begin] === '#');
  return content && { content, end: at };
}

function contentOf(read: string, isEncoding: boolean): { text: string } | { der: string } | undefined {
  try {
    const text = decodeURIComponent(read);
    if (!isEncoding) return { text };
    return /^#([\da-f]{2})+$/i.test(text) ? { der: text.slice(1).toLowerCase() } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether two names are the same: the same parts in the same order, those of one part in any order (RFC 5280 §7.1). Neither
 * case nor the number of spaces counts, except in attributes that we do not know.
 */
export function isSameName(one: DistinguishedName, other: DistinguishedName): boolean {
  return one.length === other.length && one.every((part, i) => isSamePart(part, other[i] ?? []));
}

function isSamePart(one: NamePart, other: NamePart): boolean {
  return (
    one.length === other.length &&
    one.every((attribute) => other.some((candidate) => isSameAttribute(attribute, candidate))) &&
    other.every((attribute) => one.some((candidate) => isSameAttribute(attribute, candidate)))
  );
}

function isSameAttribute(one: NameAttribute, other: NameAttribute): boolean {
  if (one.type !== other.type) return false;
  if (one.der !== undefined && other.der !== undefined) return one.der === other.der;
  if (one.text === undefined || other.text === undefined) return false;
  return keywords.has(one.type) ? prepared(one.text) === prepared(other.text) : one.text === other.text;
}

/** What counts of a text (RFC 4518, in the main). */
function prepared(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ');
}

/** As RFC 4514 writes it. */
export function formatDistinguishedName(name: DistinguishedName): string {
  return name
    .toReversed()
    .map((part) => part.map(formatAttribute).join('+'))
    .join(',');
}

function formatAttribute({ type, text, der = '' }: NameAttribute): string {
  const value = text === undefined ? `#${der}` : escaped(text);
  return `${keywords.get(type) ?? type}=${value}`;
}

function escaped(text: string): string {
  return [...text]
    .map((character, i, all) => {
      if (character === '\0') return '\\00';
      const isOuter =
        (character === ' ' && (i === 0 || i === all.length - 1)) || (character === '#' && i === 0);
      return isOuter || '\\",+;<>'.includes(character) ? `\\${character}` : character;
    })
    .join('');
}
