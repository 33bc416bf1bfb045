import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DistinguishedName,
  formatDistinguishedName,
  isSameName,
  parseDistinguishedName,
} from './distinguished-name.ts';

const [C, O, OU, CN] = ['2.5.4.6', '2.5.4.10', '2.5.4.11', '2.5.4.3'];
const attribute = (type = '', text = '') => ({ type, text });

/** How the name of a certificate of IGC-Santé is made. */
const organisation: DistinguishedName = [
  [attribute(C, 'FR')],
  [attribute(O, 'CABINET, LAMBDA')],
  [attribute(OU, '499700000013005')],
  [attribute(CN, 'dossier.example')],
];

const isSame = (one: string, other: string) => {
  const [read, expected] = [parseDistinguishedName(one), parseDistinguishedName(other)];
  return read !== undefined && expected !== undefined && isSameName(read, expected);
};

describe('a distinguished name as RFC 4514 writes it', () => {
  it('is read from its end', () => {
    const text = 'CN=dossier.example,OU=499700000013005,O=CABINET\\, LAMBDA,C=FR';
    expect(parseDistinguishedName(text)).toEqual(organisation);
    expect(formatDistinguishedName(organisation)).toBe(text);
  });

  it.each([
    // The examples of RFC 4514 §4.
    ['UID=jsmith,DC=example,DC=net', [['net'], ['example'], ['jsmith']]],
    ['OU=Sales+CN=J.  Smith,DC=example,DC=net', [['net'], ['example'], ['Sales', 'J.  Smith']]],
    ['CN=James \\"Jim\\" Smith\\, III,DC=example', [['example'], ['James "Jim" Smith, III']]],
    ['CN=Before\\0dAfter,DC=example', [['example'], ['Before\rAfter']]],
    ['CN=Lu\\C4\\8Di\\C4\\87', [['Lučić']]],
    // And what tools make of it.
    ['cn = a , o = b', [['b'], ['a']]],
    ['OID.2.5.4.3=a', [['a']]],
    ['CN=\\ a\\ ', [[' a ']]],
    ['CN=\\#a', [['#a']]],
    ['CN=a=b', [['a=b']]],
    ['CN=', [['']]],
    ['CN=Établissement 𝒜', [['Établissement 𝒜']]],
  ])('%s', (text, expected) => {
    expect(parseDistinguishedName(text)?.map((part) => part.map((each) => each.text))).toEqual(expected);
  });

  it('may hold an encoding instead of a text', () => {
    expect(parseDistinguishedName('1.3.6.1.4.1.1466.0=#04024869')).toEqual([
      [{ type: '1.3.6.1.4.1.1466.0', der: '04024869' }],
    ]);
  });

  it.each([
    '',
    'CN',
    'dossier.example',
    'CN=a,',
    ',CN=a',
    'CN=a,,C=FR',
    'CN=a;C=FR',
    'CN="a, b"',
    'CN=a\\',
    'CN=a\\z',
    'CN=a\\C4',
    'CN=#zz',
    'CN=#0',
    'NOPE=a',
    '/C=FR/O=a',
    '=a',
    'CN=a\0',
  ])('is not %j', (text) => {
    expect(parseDistinguishedName(text)).toBeUndefined();
  });

  it('is read back as it was written, whatever it holds', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
    const part = fc.array(fc.tuple(fc.constantFrom(C, O, OU, CN), text), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const name = parts.map((attributes) => attributes.map(([type, value]) => attribute(type, value)));
        expect(parseDistinguishedName(formatDistinguishedName(name))).toEqual(name);
      }),
    );
  });
});

describe('two distinguished names', () => {
  it.each([
    ['CN=a,O=b', 'CN=a,O=b'],
    ['CN=a,O=b', 'cn=A , o=B'],
    ['CN=Cabinet  Lambda', 'CN=cabinet lambda'],
    ['CN=a\\, b', 'CN=a\\2C b'],
    ['CN=\\C3\\89tat', 'CN=État'],
    ['CN=E\\CC\\81tat', 'CN=état'],
    ['CN=a+OU=b,C=FR', 'OU=b+CN=a,C=FR'],
    ['2.5.4.3=a', 'CN=a'],
    ['1.2.3.4=#0c0141', '1.2.3.4=#0C0141'],
    ['1.2.3.4=A', '1.2.3.4=A'],
  ])('%s and %s are the same', (one, other) => {
    expect(isSame(one, other)).toBe(true);
    expect(isSame(other, one)).toBe(true);
  });

  it.each([
    ['CN=a,O=b', 'O=b,CN=a'],
    ['CN=a,O=b', 'CN=a'],
    ['CN=a,O=b', 'CN=a,O=b,C=FR'],
    ['CN=a,O=b', 'CN=a+O=b'],
    ['CN=a,O=b', 'CN=a\\,O\\=b'],
    ['CN=a,O=b', 'OU=a,O=b'],
    ['CN=a+CN=b', 'CN=a+CN=a'],
    ['CN=a', 'CN=ab'],
    ['CN=a', 'CN=a\\00'],
    ['1.2.3.4=A', '1.2.3.4=a'],
    ['1.2.3.4=A', '1.2.3.4=#0c0141'],
  ])('%s and %s are not', (one, other) => {
    expect(isSame(one, other)).toBe(false);
    expect(isSame(other, one)).toBe(false);
  });
});
