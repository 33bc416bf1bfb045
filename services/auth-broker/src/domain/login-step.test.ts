import type { Approval } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import { describe, expect, it } from 'vitest';
import { decideNextStep } from './login-step.ts';

const opened: Extract<Approval, { state: 'opened' }> = {
  state: 'opened',
  id: 'approval',
  expiresAt: 1,
  request: sampleRequest({ clientName: 'App', returnTo: 'https://auth.example/' }),
};
const challenge = {
  nationalId: '899700000012',
  means: 'ecps',
  number: '42',
  browser: 'mine',
  challengedAt: 0,
} as const;
const later: readonly Approval[] = [
  { ...opened, state: 'challenged', challenge },
  { ...opened, state: 'approved', challenge, proof: 'proof' },
  { ...opened, state: 'taken', challenge },
  { ...opened, state: 'denied', challenge, reason: 'refused' },
  { ...opened, state: 'denied', challenge, reason: 'wrong_number' },
  { ...opened, state: 'denied', challenge, reason: 'device_locked' },
  { ...opened, state: 'reported', challenge },
  { ...opened, state: 'expired', challenge },
];

describe('the next step of a login', () => {
  it('follows the state of the approval, for the browser that was challenged', () => {
    const steps = later.map((approval) => decideNextStep(approval, 'mine'));
    expect(steps.map((step) => (step.name === 'end' ? step.ending : step.name))).toEqual([
      'wait',
      'return',
      'already_used',
      'refused',
      'wrong_number',
      'device_locked',
      'reported',
      'expired',
    ]);
  });

  it('is nothing for another browser, whatever the state, and says nothing of the login', () => {
    for (const approval of later)
      expect(decideNextStep(approval, 'other')).toEqual({ name: 'end', ending: 'other_browser' });
  });

  it('is open to any browser until one is challenged, and after a login that never was', () => {
    expect(decideNextStep(opened, 'other').name).toBe('identify');
    const expired: Approval = { ...opened, state: 'expired' };
    expect(decideNextStep(expired, 'other')).toMatchObject({ name: 'end', ending: 'expired' });
  });

  it('has no page for a CIBA request, nor for what does not exist', () => {
    const ciba: Approval = { ...opened, request: { ...opened.request, channel: 'ciba' } };
    for (const approval of [ciba, undefined])
      expect(decideNextStep(approval, '')).toEqual({ name: 'end', ending: 'unknown_login' });
  });
});
