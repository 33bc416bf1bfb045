import { describe, expect, it } from 'vitest';
import { type Claim, leadsTo } from './claims.ts';

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
