import { describe, expect, it } from 'vitest';
import { delayBeforeRetry, settleHindrance } from './attempt.ts';

const pace = { firstDelayMs: 1_000, longestDelayMs: 30_000 };

describe('the delay before a retry', () => {
  it('doubles from the first one, up to the longest', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7].map((attempt) => delayBeforeRetry(attempt, pace, 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is at least half of that, the rest being drawn', () => {
    expect(delayBeforeRetry(3, pace, 0)).toBe(2_000);
    expect(delayBeforeRetry(3, pace, 0.5)).toBe(3_000);
  });
});

describe('a hindered attempt', () => {
  const now = 1_000_000;
  const hindrance = { reason: 'push_unreachable', retryAfterMs: 0, until: now + 60_000 };

  it('is postponed while there is time', () => {
    const settled = settleHindrance(hindrance, { number: 1, last: false }, pace, now, 0);
    expect(settled).toEqual({ outcome: 'postponed', reason: 'push_unreachable', delayMs: 500 });
  });

  it('waits as long as the other side asks', () => {
    const settled = settleHindrance(
      { ...hindrance, retryAfterMs: 7_000 },
      { number: 1, last: false },
      pace,
      now,
      0.9,
    );
    expect(settled).toMatchObject({ outcome: 'postponed', delayMs: 7_000 });
  });

  it('fails at once when nobody would want it by the next one', () => {
    const late = { ...hindrance, retryAfterMs: 60_000 };
    expect(settleHindrance(late, { number: 1, last: false }, pace, now, 0)).toEqual({
      outcome: 'failed',
      reason: 'push_unreachable',
    });
  });

  it('fails when it was the last one', () => {
    expect(settleHindrance(hindrance, { number: 6, last: true }, pace, now, 0)).toMatchObject({
      outcome: 'failed',
    });
  });
});
