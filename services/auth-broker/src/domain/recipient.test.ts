import { expect, it } from 'vitest';
import { parseRecipient } from './recipient.ts';

it.each([
  ['06 39 98 12 34', '+33639981234'],
  ['06.39.98.12.34', '+33639981234'],
  ['+33 6 39 98 12 34', '+33639981234'],
  ['+33 (0)6 39 98 12 34', '+33639981234'],
  ['0033639981234', '+33639981234'],
  ['07 00 00 12 34', '+33700001234'],
  ['+32 470 12 34 56', '+32470123456'],
  // Réunion, Mayotte, Guadeloupe, Guyane, Martinique.
  ['0692 00 12 34', '+262692001234'],
  ['+33 6 92 00 12 34', '+262692001234'],
  ['0639 00 12 34', '+262639001234'],
  ['0690 00 12 34', '+590690001234'],
  ['0694 00 12 34', '+594694001234'],
  ['0696 00 12 34', '+596696001234'],
  ['+262 692 00 12 34', '+262692001234'],
])('an SMS can go to %s', (written, number) => {
  expect(parseRecipient('sms', written)).toBe(number);
});

it.each([
  '',
  '06',
  'absent',
  '0639981234 ou 0639981235',
  '+0639981234',
  'tel:+33639981234',
  '639981234',
  '01 99 00 12 34',
  '+33 1 99 00 12 34',
])('no SMS can go to "%s"', (written) => {
  expect(parseRecipient('sms', written)).toBeUndefined();
});

it('an e-mail can go to one address', () => {
  expect(parseRecipient('email', ' camille.dupont@cabinet.example ')).toBe('camille.dupont@cabinet.example');
  expect(parseRecipient('email', "o'neil+psc@cabinet.example")).toBe("o'neil+psc@cabinet.example");
});

it.each([
  '',
  'camille',
  'camille@cabinet',
  'camille@cabinet.example, autre@cabinet.example',
  'Camille <camille@cabinet.example>',
  'camille@cabinet.example\r\nBcc: autre@cabinet.example',
  `camille@${'a'.repeat(250)}.example`,
])('no e-mail can go to "%s"', (written) => {
  expect(parseRecipient('email', written)).toBeUndefined();
});
