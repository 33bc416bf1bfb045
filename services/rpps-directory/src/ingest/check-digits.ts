const ZERO = 0x30;
const NINE = 0x39;

/** Is the number in these bytes one of `length` digits that lacks its Luhn key? Anything else is not for us to judge. */
export function lacksLuhnKey(bytes: Uint8Array, start: number, end: number, length: number): boolean {
  if (end - start !== length) return false;
  let sum = 0;
  let isDoubled = false;
  for (let i = end - 1; i >= start; i--) {
    const byte = bytes[i] ?? 0;
    if (byte < ZERO || byte > NINE) return false;
    const digit = byte - ZERO;
    const doubled = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += isDoubled ? doubled : digit;
    isDoubled = !isDoubled;
  }
  return sum % 10 !== 0;
}

const SIRET_DIGITS = 14;
const LA_POSTE = [...'356000000'].map((digit) => digit.charCodeAt(0));

/** As above, for the 14 digits of a SIRET: those of La Poste have no Luhn key, but digits whose sum is a multiple of 5. */
export function lacksSiretKey(bytes: Uint8Array, start: number, end: number): boolean {
  if (!lacksLuhnKey(bytes, start, end, SIRET_DIGITS)) return false;
  if (!LA_POSTE.every((digit, index) => bytes[start + index] === digit)) return true;
  let sum = 0;
  for (let i = start; i < end; i++) sum += (bytes[i] ?? 0) - ZERO;
  return sum % 5 !== 0;
}
