/** Ligatures and letters that no Unicode decomposition takes apart. */
const LETTERS: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

const PLAIN = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)*$/;

/**
 * What makes two spellings one name: accents and case do not count, and hyphens, apostrophes and spaces part words alike.
 */
export function nameKey(name: string): string {
  // As most are written, and what the rest would make of it.
  if (PLAIN.test(name)) return name.toLowerCase();
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[œæßøłđðþı]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * No index of PostgreSQL holds a key of more than some 2,700 bytes, and one that cannot be written stops whoever follows the
 * register. A word and a name together stay below: real ones have a tenth of that.
 */
const LONGEST_WORD = 60;
const LONGEST_KEY = 400;

/** The words of a name, each once. */
export function wordsOf(key: string): string[] {
  return key === '' ? [] : [...new Set(key.split(' ').map((word) => beginningOf(word, LONGEST_WORD)))];
}

/** As much of a key as an index holds beside another one: what begins by something still does. */
export function beginningOf(key: string, length: number = LONGEST_KEY / 2): string {
  // By whole characters: half of one is no text.
  return key.length <= length ? key : [...key].slice(0, length).join('');
}

/** As many words as an index holds. */
export function joinWords(words: readonly string[]): string {
  const key = words.join(' ');
  return key.length <= LONGEST_KEY ? key : key.slice(0, key.lastIndexOf(' ', LONGEST_KEY));
}
