import { describe, expect, it } from 'vitest';
import { callPolicies, judgeAnswer } from './application-call.ts';
import { delayBeforeRetry, settleHindrance } from './attempt.ts';

const now = 1_000_000;
const answered = (status: number, retryAfterMs = 0) =>
  judgeAnswer({ kind: 'answered', status, retryAfterMs }, callPolicies.logout, now);

describe('the answer of an application', () => {
  it.each([200, 201, 204])('is a delivery when it is %i', (status) => {
    expect(answered(status)).toEqual({ outcome: 'delivered' });
  });

  it.each([301, 302, 307, 400, 401, 403, 404, 410])('is a failure for good when it is %i', (status) => {
    expect(answered(status)).toEqual({ outcome: 'failed', reason: `status_${status}` });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('is a hindrance when it is %i', (status) => {
    const hindrance = answered(status, 7_000);
    expect(hindrance).toMatchObject({ reason: `status_${status}`, retryAfterMs: 7_000 });
  });

  it('is a hindrance when there is none, and a failure when it may not be called', () => {
    const { logout } = callPolicies;
    const silent = judgeAnswer({ kind: 'unanswered', reason: 'call_timed_out' }, logout, now);
    expect(silent).toMatchObject({ reason: 'call_timed_out', retryAfterMs: 0 });
    const forbidden = judgeAnswer({ kind: 'forbidden', reason: 'call_host_forbidden' }, logout, now);
    expect(forbidden).toEqual({ outcome: 'failed', reason: 'call_host_forbidden' });
  });
});

describe('a hindered call', () => {
  const wait = (kind: 'logout' | 'ping', number: number, random: number) =>
    delayBeforeRetry(number, callPolicies[kind], random);
  const retries = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const total = (kind: 'logout' | 'ping', random: number) =>
    retries.reduce((sum, number) => sum + wait(kind, number, random), 0) / 60_000;

  it('is tried for half an hour to an hour when it is a logout, two minutes and a half at most when it is a ping', () => {
    expect(total('logout', 0)).toBeCloseTo(30.6, 1);
    expect(total('logout', 1)).toBeCloseTo(61.2, 1);
    expect(total('ping', 1)).toBeLessThan(2.6);
  });

  it('waits as long as the application asks, within reason', () => {
    const first = { number: 1, last: false };
    const settle = (retryAfterMs: number) => {
      const hindrance = answered(503, retryAfterMs);
      if ('outcome' in hindrance) throw new Error('a 503 is a hindrance');
      return settleHindrance(hindrance, first, callPolicies.logout, now, 0);
    };
    expect(settle(15 * 60_000)).toMatchObject({ outcome: 'postponed', delayMs: 15 * 60_000 });
    expect(settle(24 * 60 * 60_000)).toEqual({ outcome: 'failed', reason: 'status_503' });
  });
});
