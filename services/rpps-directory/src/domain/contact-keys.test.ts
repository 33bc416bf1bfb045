import { expect, test } from 'vitest';
import { changedParts, contactKeyNames, maskContact, normaliseMail, normalisePhone } from './contact-keys.ts';

test.each([
  '+33 639980042',
  '+33639980042',
  '0639980042',
  '06 39 98 00 42',
  '06.39.98.00.42',
  '0033639980042',
  '+33 (0)6-39-98-00-42',
  '06\u00a039\u202f98 00 42',
])('%s is one number, however it is written', (written) => {
  expect(normalisePhone(written)).toBe('0639980042');
});

test('The departments with a country code of their own share the French numbering plan', () => {
  expect(normalisePhone('+590690123456')).toBe(normalisePhone('0690123456'));
  expect(normalisePhone('+262 692 12 34 56')).toBe('0692123456');
});

test('A foreign number keeps its country code', () => {
  expect(normalisePhone('0044 20 7946 0018')).toBe('+442079460018');
});

test.each(['', 'aucun', '42', '06399800', '+33', '06 39 98 00 42 01', '+0639980042'])(
  '%j is no number',
  (written) => {
    expect(normalisePhone(written)).toBeUndefined();
  },
);

test('Case and spaces around do not tell two addresses apart', () => {
  expect(normaliseMail(' Camille@Sante.Example ')).toBe('camille@sante.example');
  for (const written of ['', 'camille', 'a@b@c', 'a b@c.example', '@sante.example'])
    expect(normaliseMail(written)).toBeUndefined();
});

test('A contact has a key for what it holds only, and a number is never an address', () => {
  expect(contactKeyNames({ phone: '0639980042', mail: 'C@sante.example' })).toEqual([
    'phone:0639980042',
    'mail:c@sante.example',
  ]);
  expect(contactKeyNames({ phone: '', mail: '' })).toEqual([]);
});

test('A masked contact is recognised by who has it, and tells nobody else', () => {
  expect(maskContact({ phone: '0639980042', mail: 'camille@sante.example' })).toEqual({
    phone: '+33 6 ** ** ** 42',
    mail: 'c…@sante.example',
  });
  expect(maskContact({ phone: '+442079460018', mail: '' })).toEqual({ phone: '+44 ** ** ** 18', mail: '' });
  expect(maskContact({ phone: 'standard', mail: 'x' })).toEqual({ phone: '', mail: '' });
});

test.each([
  [{ phone: '06 39 98 00 42', mail: 'Camille@sante.example' }, []],
  [{ phone: '+33639980043', mail: 'camille@sante.example' }, ['phone']],
  [{ phone: '+33639980042', mail: '' }, ['mail']],
  [{ phone: '', mail: 'autre@sante.example' }, ['phone', 'mail']],
])('Who was reached by +33639980042 and camille@sante.example, and is by %j: %j changed', (now, changed) => {
  expect(changedParts({ phone: '+33639980042', mail: 'camille@sante.example' }, now)).toEqual(changed);
});

test('A way that was not there is a change too, and what is no number is compared as it is written', () => {
  expect(
    changedParts({ phone: '', mail: 'a@b.example' }, { phone: '0639980042', mail: 'a@b.example' }),
  ).toEqual(['phone']);
  expect(changedParts({ phone: 'standard', mail: '' }, { phone: 'standard', mail: '' })).toEqual([]);
  expect(changedParts({ phone: 'standard', mail: '' }, { phone: 'bureau', mail: '' })).toEqual(['phone']);
});
