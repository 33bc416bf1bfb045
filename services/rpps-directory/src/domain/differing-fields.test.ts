import { expect, it } from 'vitest';
import { stored } from '#src/testing/described.ts';
import { differingFields } from './differing-fields.ts';

const rows = (...all: { codePostal: string; codeRole?: string }[]) => stored('personne_activite', ...all);
const differing = (before: string, after: string) => differingFields('personne_activite', before, after);

it('names the fields whose values differ, in whatever row', () => {
  const before = rows({ codePostal: '75009', codeRole: 'A' }, { codePostal: '69001', codeRole: 'B' });
  expect(differing(before, before)).toEqual([]);
  expect(differing(before, rows({ codePostal: '75009', codeRole: 'A' }))).toEqual(['codeRole', 'codePostal']);
  expect(
    differing(before, rows({ codePostal: '75009', codeRole: 'A' }, { codePostal: '13001', codeRole: 'B' })),
  ).toEqual(['codePostal']);
  expect(differing('', rows({ codePostal: '75009' }))).toContain('codePostal');
});

it('says that the rows differ when every field has the same values', () => {
  const one = rows({ codePostal: '1', codeRole: 'A' }, { codePostal: '2', codeRole: 'B' });
  expect(
    differing(one, rows({ codePostal: '1', codeRole: 'B' }, { codePostal: '2', codeRole: 'A' })),
  ).toEqual(['rows']);
});
