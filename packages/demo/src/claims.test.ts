import { expect, it } from 'vitest';
import { linesOf } from './claims.ts';

it('shows nested claims by their path, with a French label when it is known', () => {
  const lines = linesOf({
    family_name: 'LAMBDA',
    SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
    SubjectRefPro: { exercices: [{ codeProfession: '10', activities: [{ codeUnknown: '' }] }] },
    email_verified: false,
  });
  expect(lines).toEqual([
    { path: 'family_name', label: 'Nom', value: 'LAMBDA' },
    { path: 'SubjectRole[0]', label: 'Rôle', value: '10^1.2.250.1.213.1.1.5.5' },
    { path: 'SubjectRefPro.exercices[0].codeProfession', label: 'Profession', value: '10' },
    { path: 'SubjectRefPro.exercices[0].activities[0].codeUnknown', label: '', value: '' },
    { path: 'email_verified', label: '', value: 'false' },
  ]);
});

it('writes dates in French time and keeps the number of seconds', () => {
  expect(linesOf({ exp: 1_760_000_120 })).toEqual([
    { path: 'exp', label: 'Expire le', value: '09/10/2025 10:55:20 (1760000120)' },
  ]);
});

it('shows a bounded number of lines', () => {
  expect(linesOf({ many: Array.from({ length: 2_000 }, () => 1) })).toHaveLength(500);
});
