/** How a professional can be reached, as the restricted file says it; '' is what it does not say. */
export interface Contact {
  readonly phone: string;
  readonly mail: string;
}

/**
 * The texts whose keyed digests (`Seal.pseudonyms`) are kept in `contact_keys`: a telephone number and an address, each in the
 * one form that all its spellings have. Written and looked up by the same rule.
 */
export function contactKeyNames({ phone, mail }: Contact): string[] {
  const number = normalisePhone(phone);
  const address = normaliseMail(mail);
  return [
    ...(number === undefined ? [] : [`phone:${number}`]),
    ...(address === undefined ? [] : [`mail:${address}`]),
  ];
}

/** The French numbering plan: metropolitan France, and the departments that have a country code of their own. */
const FRENCH = /^\+(?:33|262|590|594|596)0?([1-9]\d{8})$/;

/**
 * `+33 639980000`, `+33 (0)6 39 98 00 00`, `0033639980000` and `06.39.98.00.00` are one number: French ones as they are
 * dialled in France, which tells all of them apart; others with their country code. Undefined when it is no number.
 */
export function normalisePhone(written: string): string | undefined {
  const compact = written.replaceAll(/[\s.()/\u00a0\u202f-]/g, '').replace(/^00/, '+');
  const [, french] = FRENCH.exec(compact) ?? [];
  if (french) return `0${french}`;
  return /^0[1-9]\d{8}$|^\+[1-9]\d{6,14}$/.test(compact) ? compact : undefined;
}

/** Case does not tell two addresses apart in practice. Undefined when it is no address. */
export function normaliseMail(written: string): string | undefined {
  const address = written.trim().normalize('NFC').toLowerCase();
  return /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(address) ? address : undefined;
}

/** Which ways of reaching somebody are others than before, or new. Two spellings of one telephone number are the same way. */
export function changedParts(before: Contact, now: Contact): ('phone' | 'mail')[] {
  const changed: ('phone' | 'mail')[] = [];
  if (meaningOfPhone(before.phone) !== meaningOfPhone(now.phone)) changed.push('phone');
  if (meaningOfMail(before.mail) !== meaningOfMail(now.mail)) changed.push('mail');
  return changed;
}

/** What is neither a number nor an address is compared as it is written. */
const meaningOfPhone = (written: string) => normalisePhone(written) ?? written;
const meaningOfMail = (written: string) => normaliseMail(written) ?? written;

/**
 * What is shown to somebody who must recognise their own contact and nobody else should learn it: `+33 6 ** ** ** 42`,
 * `c…@sante.example`. '' when there is nothing that can be shown so.
 */
export function maskContact({ phone, mail }: Contact): Contact {
  return { phone: maskPhone(phone), mail: maskMail(mail) };
}

function maskPhone(written: string): string {
  const number = normalisePhone(written);
  if (number === undefined) return '';
  if (number.startsWith('0')) return `+33 ${number.charAt(1)} ** ** ** ${number.slice(-2)}`;
  return `${number.slice(0, 3)} ** ** ** ${number.slice(-2)}`;
}

function maskMail(written: string): string {
  const address = normaliseMail(written);
  return address === undefined ? '' : `${address.charAt(0)}…${address.slice(address.lastIndexOf('@'))}`;
}
