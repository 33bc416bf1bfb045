import { Bug } from '@psc/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainLostDecision, isSameNumber } from './challenge-answer.ts';

describe('the number', () => {
  it('is the same only when both digits are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(isSameNumber(one, other)).toBe(one === other);
        expect(isSameNumber(one, one)).toBe(true);
      }),
    );
  });
});

describe('a decision that came second', () => {
  it('is told what happened before it', () => {
    expect(explainLostDecision('already_decided')).toBe('already_answered');
    expect(explainLostDecision('already_taken')).toBe('already_answered');
    expect(explainLostDecision('expired')).toBe('request_expired');
    expect(explainLostDecision('unknown')).toBe('request_unknown');
  });

  it('cannot have come before the challenge', () => {
    expect(() => explainLostDecision('not_challenged')).toThrow(Bug);
  });
});
