import type { Approval } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import { describe, expect, it } from 'vitest';
import { CIBA_GRACE_MS, standingOf } from './ciba-poll.ts';

const expiresAt = 1_000_000;
const challenge = {
  nationalId: '899700000013',
  means: 'ecps',
  number: '07',
  browser: '',
  challengedAt: 0,
} as const;
const asked = { id: 'a', request: sampleRequest({ channel: 'ciba', clientId: 'logiciel' }), expiresAt };
const poll = { clientId: 'logiciel', inPace: true, now: expiresAt - 1 };

const states = {
  opened: { ...asked, state: 'opened' },
  challenged: { ...asked, state: 'challenged', challenge },
  approved: { ...asked, state: 'approved', challenge, proof: 'proof' },
  denied: { ...asked, state: 'denied', challenge, reason: 'wrong_number' },
  reported: { ...asked, state: 'reported', challenge },
  expired: { ...asked, state: 'expired', challenge },
  taken: { ...asked, state: 'taken', challenge },
} as const satisfies Record<string, Approval>;

describe('where a request stands for the application that polls', () => {
  it.each([
    ['opened', 'pending', 'too_early'],
    ['challenged', 'pending', 'too_early'],
    ['approved', 'approved', 'approved'],
    ['denied', 'denied', 'denied'],
    ['reported', 'denied', 'denied'],
    ['expired', 'expired', 'expired'],
    ['taken', 'used', 'used'],
  ] as const)('%s is %s, and %s when it asks too often', (state, inPace, tooOften) => {
    expect(standingOf(states[state], poll)).toBe(inPace);
    expect(standingOf(states[state], { ...poll, inPace: false })).toBe(tooOften);
  });

  it('is nothing that it asked: not there, of another application, or of a browser', () => {
    expect(standingOf(undefined, poll)).toBe('unknown');
    for (const approval of Object.values(states)) {
      expect(standingOf(approval, { ...poll, clientId: 'autre' })).toBe('unknown');
      const request = sampleRequest({ channel: 'browser', clientId: 'logiciel' });
      expect(standingOf({ ...approval, request }, poll)).toBe('unknown');
    }
  });

  it('stays approved for a little after the time given to answer', () => {
    const at = (now: number) => standingOf(states.approved, { ...poll, now });
    expect(at(expiresAt + CIBA_GRACE_MS - 1)).toBe('approved');
    expect(at(expiresAt + CIBA_GRACE_MS)).toBe('expired');
  });
});
