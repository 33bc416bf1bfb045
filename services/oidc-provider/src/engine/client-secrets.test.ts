import { expect, it } from 'vitest';
import { isSecretOf, secretsOf } from './client-secrets.ts';

const rotated = { secret: 'the-new-secret', formerSecret: { value: 'the-former-secret', until: 1_000 } };

it('the secret of an application is accepted, and no other', () => {
  const only = { secret: 'the-secret', formerSecret: undefined };
  expect(isSecretOf(only, 'the-secret', 0)).toBe(true);
  for (const other of ['', 'the-secre', 'the-secret ', 'THE-SECRET'])
    expect(isSecretOf(only, other, 0)).toBe(false);
});

it('the former secret works during its grace, and not a millisecond longer', () => {
  expect(isSecretOf(rotated, 'the-former-secret', 999)).toBe(true);
  expect(isSecretOf(rotated, 'the-former-secret', 1_000)).toBe(false);
  expect(isSecretOf(rotated, 'the-new-secret', 1_000)).toBe(true);
  expect(secretsOf(rotated, 1_000)).toEqual(['the-new-secret']);
});

it('an application without a secret accepts none, not even an empty one', () => {
  expect(isSecretOf({ secret: '', formerSecret: undefined }, '', 0)).toBe(false);
});
