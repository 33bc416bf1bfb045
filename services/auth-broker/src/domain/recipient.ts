import type { MessageChannel } from './message.ts';

/**
 * The address or the number that a message goes to, as a person or a register writes it; undefined when no message could
 * reach it. A number without its country is French.
 */
export function parseRecipient(channel: MessageChannel, written: string): string | undefined {
  const text = written.trim();
  switch (channel) {
    case 'email':
      return /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[\p{L}\d-]+(\.[\p{L}\d-]+)+$/u.test(text) && text.length <= 254
        ? text
        : undefined;
    case 'sms': {
      const digits = text.replace(/[\s.()/\u00a0\u202f-]/g, '');
      const number = digits.replace(/^00/, '+').replace(/^0(?=[1-9]\d{8}$)/, '+33');
      // `+33 (0)6…`
      const plain = number.replace(/^\+330(?=[1-9]\d{8}$)/, '+33');
      return /^\+[1-9]\d{6,14}$/.test(plain) ? plain : undefined;
    }
  }
}
