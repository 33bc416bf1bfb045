import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasLuhnKey, withLuhnKey } from './luhn.ts';
import { parseNationalId, withRppsPrefix } from './national-id.ts';

describe('a typed national identifier', () => {
  it.each([
    ['899700000013', '899700000013'],
    [' 8 997 0000 0013 ', '899700000013'],
    ['0759999998', '0759999998'],
    ['30B0185195/CPET00001', '30B0185195/CPET00001'],
    ['30b0185195/cpet00001', '30B0185195/CPET00001'],
    ['500000001815646/CPAT00045', '500000001815646/CPAT00045'],
    ['D2C6B2A4-0000-4000-8000-000000000001', 'd2c6b2a4-0000-4000-8000-000000000001'],
    ['ANS20231122132732', 'ANS20231122132732'],
  ])('reads %j as %j', (typed, value) => {
    expect(parseNationalId(typed)).toEqual({ ok: true, value });
  });

  it('tells apart an RPPS number without its 8, and offers the correction', () => {
    for (const typed of ['99700000013', '997 000 000 13']) {
      expect(parseNationalId(typed)).toEqual({ ok: false, refusal: 'identifier_without_prefix' });
      expect(withRppsPrefix(typed)).toBe('899700000013');
    }
  });

  it.each(['', '   '])('says that %j is missing', (typed) => {
    expect(parseNationalId(typed)).toEqual({ ok: false, refusal: 'identifier_missing' });
  });

  it.each([
    'abc',
    '<script>',
    '8997%0A',
    "8' OR 1=1",
    '8'.repeat(65),
    '8'.repeat(10_000),
    '../../etc/passwd',
  ])('refuses %j as malformed', (typed) => {
    expect(parseNationalId(typed)).toEqual({ ok: false, refusal: 'identifier_malformed' });
  });

  it('never throws, and reads what it answered to the same identifier', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (typed) => {
        const first = parseNationalId(typed);
        if (first.ok) expect(parseNationalId(first.value)).toEqual(first);
      }),
    );
  });
});

describe('the Luhn key', () => {
  it.each(['99700000013', '99700000021', '99900000011', '759999998', '99700000013018'])(
    'holds for %s',
    (digits) => {
      expect(hasLuhnKey(digits)).toBe(true);
    },
  );

  it.each(['10005678901', '', '9970000001A', '99700000014'])('does not hold for %j', (digits) => {
    expect(hasLuhnKey(digits)).toBe(false);
  });

  it('is the one that makes any number valid', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,30}$/), (digits) => {
        expect(hasLuhnKey(withLuhnKey(digits))).toBe(true);
      }),
    );
  });
});
