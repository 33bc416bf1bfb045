import { expect, it } from 'vitest';
import { createSubjects } from './subject.ts';

const subjects = createSubjects('550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd');

it('a subject is the store and the national identifier, both ways', () => {
  for (const nationalId of ['899700000013', '30B0185195/CPET00001', 'd2c6b2a4-0000-4000-8000-000000000001']) {
    const subject = subjects.subjectOf(nationalId);
    expect(subject).toBe(`f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:${nationalId}`);
    expect(subjects.nationalIdOf(subject)).toBe(nationalId);
  }
});

it('a subject of another store is nobody', () => {
  for (const other of [
    '',
    '899700000013',
    'f:00000000-0000-4000-8000-000000000000:899700000013',
    'f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:',
  ]) {
    expect(subjects.nationalIdOf(other)).toBeUndefined();
  }
});
