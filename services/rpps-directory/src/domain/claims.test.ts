import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Claim, followLeads, leadsTo, MOST_HOPS } from './claims.ts';

const adeli = '0759999998';
const lambda = '899700000013';
const martin = '899700000021';
const claim = (subject: string, change: Partial<Claim> = {}): Claim => ({
  subject,
  kind: 'pro_sante_connect',
  present: true,
  ...change,
});

describe('an identifier', () => {
  it('that nobody declares leads to its record, if it has one', () => {
    expect(leadsTo(adeli, [], true)).toBe(adeli);
    expect(leadsTo(adeli, [], false)).toBeUndefined();
  });

  it('that somebody declares leads to them, before its record', () => {
    expect(leadsTo(adeli, [claim(lambda)], true)).toBe(lambda);
    expect(leadsTo(adeli, [claim(lambda), claim(lambda, { kind: 'adeli_rpps' })], true)).toBe(lambda);
  });

  it('that two people declare leads to neither', () => {
    expect(leadsTo(adeli, [claim(lambda), claim(martin)], false)).toBeUndefined();
    expect(leadsTo(adeli, [claim(lambda), claim(martin, { kind: 'adeli_rpps' })], true)).toBe(adeli);
  });

  it('of the RPPS leads to its record whoever declares it, and to nobody else', () => {
    expect(leadsTo(lambda, [claim(martin)], true)).toBe(lambda);
    expect(leadsTo(lambda, [claim(martin)], false)).toBeUndefined();
  });

  it('still leads to who left the restricted file, unless somebody there declares it', () => {
    const left = claim(lambda, { present: false });
    expect(leadsTo(adeli, [left], true)).toBe(lambda);
    expect(leadsTo(adeli, [left, claim(martin)], true)).toBe(martin);
    expect(leadsTo(adeli, [left, claim(martin, { present: false })], false)).toBeUndefined();
  });

  it('whose line was taken out of the table of ADELI numbers leads to its record again', () => {
    expect(leadsTo(adeli, [claim(lambda, { kind: 'adeli_rpps', present: false })], true)).toBe(adeli);
  });

  it('that two people still declare is nobody’s, whoever declared it before', () => {
    const claims = [claim(lambda), claim(martin), claim('899700000039', { present: false })];
    expect(leadsTo(adeli, claims, false)).toBeUndefined();
  });
});

describe('a chain of identifiers', () => {
  const follow = (identifier: string, chain: Readonly<Record<string, string>>, hasRecord = true) =>
    followLeads(identifier, (each) => chain[each] ?? each, hasRecord);

  it('leads to its end', () => {
    const chain = { a: 'b', b: 'c' };
    expect(['a', 'b', 'c'].map((each) => follow(each, chain))).toEqual(['c', 'c', 'c']);
    expect(followLeads('a', () => undefined, false)).toBeUndefined();
  });

  it('that goes round is nobody’s, nor is what leads into it: each stays its record’s, if it has one', () => {
    const chain = { a: 'b', b: 'c', c: 'b' };
    for (const each of ['a', 'b', 'c']) {
      expect(follow(each, chain)).toBe(each);
      expect(follow(each, chain, false)).toBeUndefined();
    }
  });

  it('that is too long is nobody’s', () => {
    const chain = Object.fromEntries(Array.from({ length: MOST_HOPS + 1 }, (_, i) => [`${i}`, `${i + 1}`]));
    expect(follow('0', chain)).toBe('0');
    expect(follow('1', chain)).toBe(`${MOST_HOPS + 1}`);
  });
});

test('Whatever is declared, an identifier leads to one that stays where it is, or nowhere but to its own record', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...ids)), (chain) => {
      const leads = (each: string) => chain[each] ?? each;
      for (const each of ids) {
        const owner = followLeads(each, leads, false);
        if (owner !== undefined) expect(leads(owner)).toBe(owner);
      }
    }),
  );
});
