import { activitySchema, exerciceSchema } from '@psc/contracts';
import { describe, expect, it } from 'vitest';
import { activityFields, exerciceFields } from './register-row.ts';

describe('the fields of a practice', () => {
  it('are those of the contract between services, no more and no less', () => {
    expect([...activityFields].toSorted()).toEqual(Object.keys(activitySchema.shape).toSorted());
    expect([...exerciceFields, 'activities'].toSorted()).toEqual(
      Object.keys(exerciceSchema.shape).toSorted(),
    );
    expect(activityFields).toHaveLength(30);
  });
});
