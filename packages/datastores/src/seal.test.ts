import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSeal, deriveKeys } from './seal.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

describe('a seal', () => {
  it('opens what it sealed, under the same name only', () => {
    const seal = createSeal(key('k1'));
    const sealed = seal.seal('session:1', 'secret');
    expect(seal.open('session:1', sealed)).toBe('secret');
    expect(seal.open('session:2', sealed)).toBeUndefined();
    expect(sealed).not.toContain('secret');
  });

  it('never seals the same text to the same bytes', () => {
    const seal = createSeal(key('k1'));
    expect(seal.seal('a', 'x')).not.toBe(seal.seal('a', 'x'));
  });

  it('refuses a value changed in any one byte, cut short, or of another key with the same id', () => {
    const seal = createSeal(key('k1'));
    const [version, id, body] = seal.seal('a', 'x').split('.');
    const bytes = Buffer.from(body ?? '', 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const forged = Buffer.from(bytes);
      forged[i] = (forged[i] ?? 0) ^ 1;
      expect(seal.open('a', `${version}.${id}.${forged.toString('base64url')}`)).toBeUndefined();
    }
    for (const cut of [
      '',
      's1',
      's1.k1',
      's1.k1.',
      's1.k1.AAAA',
      `${version}.${id}.${body}.`,
      'null',
      '{}',
    ]) {
      expect(seal.open('a', cut)).toBeUndefined();
    }
    expect(createSeal(key('k1')).open('a', `${version}.${id}.${body}`)).toBeUndefined();
  });

  it('rotates: a new first key seals, the old one still opens and still finds', () => {
    const [old, next] = [key('old'), key('next')];
    const before = createSeal(old);
    const after = createSeal(`${next},${old}`);
    expect(after.open('a', before.seal('a', 'x'))).toBe('x');
    expect(before.open('a', after.seal('a', 'x'))).toBeUndefined();
    expect(after.pseudonyms('id')).toContain(before.pseudonyms('id')[0]);
  });

  it('refuses keys of the wrong shape without quoting them', () => {
    const secret = randomBytes(16).toString('base64');
    for (const wrong of ['', 'k1', `k1:${secret}`, ':abc', `${key('k1')},k2:${secret}`]) {
      expect(() => createSeal(wrong)).toThrowError(/sealing key/);
      expect(() => createSeal(wrong)).not.toThrowError(secret);
    }
    expect(() => createSeal(`${key('k1')},${key('k1')}`)).toThrowError(/same id/);
  });
});

describe('keys derived for another use', () => {
  const bytes = (keys: string, use: string) =>
    deriveKeys(keys, use, 64).map(({ key }) => key.export().toString('base64'));

  it('are of that use and of that secret alone, always the same, the current one first', () => {
    const [old, next] = [key('old'), key('next')];
    const [derived = ''] = bytes(old, 'a');
    expect(Buffer.from(derived, 'base64')).toHaveLength(64);
    expect(bytes(`${next},${old}`, 'a')).toEqual([...bytes(next, 'a'), derived]);
    expect(bytes(next, 'a')).not.toEqual([derived]);
    expect(bytes(old, 'b')).not.toEqual([derived]);
    expect(deriveKeys(`${next},${old}`, 'a', 64).map(({ id }) => id)).toEqual(['next', 'old']);
  });
});
