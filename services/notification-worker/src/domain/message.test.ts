import { describe, expect, it } from 'vitest';
import { delayBeforeRetry } from './attempt.ts';
import { judgeMail, messagePolicy } from './message.ts';

const now = 1_000_000;

describe('the answer of an SMTP server', () => {
  it('is a delivery when it took the message', () => {
    expect(judgeMail({ kind: 'taken' }, now)).toEqual({ outcome: 'delivered' });
  });

  it.each([500, 521, 550, 552, 554])('is a failure for good when it is %i', (code) => {
    expect(judgeMail({ kind: 'rejected', code }, now)).toEqual({ outcome: 'failed', reason: `smtp_${code}` });
  });

  it.each([421, 450, 451, 452, 503])('is a hindrance when it is %i', (code) => {
    const until = now + messagePolicy.longestWaitMs;
    expect(judgeMail({ kind: 'rejected', code }, now)).toEqual({
      reason: `smtp_${code}`,
      retryAfterMs: 0,
      until,
    });
  });

  it('is a hindrance when there is none, and a failure when the message cannot be said', () => {
    const unreached = judgeMail({ kind: 'unsent', reason: 'mail_server_tls_failed' }, now);
    expect(unreached).toMatchObject({ reason: 'mail_server_tls_failed', until: expect.any(Number) });
    expect(judgeMail({ kind: 'malformed' }, now)).toEqual({ outcome: 'failed', reason: 'mail_malformed' });
  });
});

it('a message is tried for a night, and no longer than it is owed', () => {
  const retries = Array.from({ length: 11 }, (_, i) => i + 1);
  const hours = (random: number) =>
    retries.reduce((sum, number) => sum + delayBeforeRetry(number, messagePolicy, random), 0) / 3_600_000;
  expect(hours(0)).toBeGreaterThan(4);
  expect(hours(1)).toBeLessThan(24);
});
