import type { MessageChannel } from './message.ts';

/**
 * The address or the number that a message goes to, as a person or a register writes it; undefined when no message could
 * reach it: nothing of that shape, or a telephone that takes no SMS. A number without its country is French.
 */
export function parseRecipient(channel: MessageChannel, written: string): string | undefined {
  const text = written.trim();
  switch (channel) {
    case 'email':
      return /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[\p{L}\d-]+(\.[\p{L}\d-]+)+$/u.test(text) && text.length <= 254
        ? text
        : undefined;
    case 'sms':
      return parseMobile(text);
  }
}

/** E.164. */
function parseMobile(text: string): string | undefined {
  const digits = text.replace(/[\s.()/\u00a0\u202f-]/g, '').replace(/^00/, '+');
  // 06…, +336…, and +33 (0)6…
  const [, french] = /^(?:\+33)?0?([1-9]\d{8})$/.exec(digits) ?? [];
  if (french !== undefined && (digits.startsWith('0') || digits.startsWith('+33')))
    return /^[67]/.test(french) ? `${countryOf(french)}${french}` : undefined;
  return /^\+(?!33)[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}

/** Ten digits reach all of France, and a gateway wants a country's code: overseas has others (Arcep's numbering plan). */
function countryOf(french: string): string {
  if (/^69[01]/.test(french)) return '+590';
  if (/^69[23]/.test(french)) return '+262';
  if (/^694/.test(french)) return '+594';
  if (/^69[67]/.test(french)) return '+596';
  // Mayotte, but for the numbers that Arcep keeps for fiction.
  if (/^639(?!98)/.test(french)) return '+262';
  return '+33';
}
