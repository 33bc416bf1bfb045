import type { ApprovalRequest } from './approval.ts';

/** For tests: what an application asks from a browser, except for what the test is about. */
export function sampleRequest(about: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    clientId: 'test-application',
    clientName: 'Application de test',
    acr: 'eidas1',
    scope: 'openid scope_all',
    channel: 'browser',
    requester: { ip: '192.0.2.1', userAgent: 'Firefox' },
    returnTo: 'https://auth.example/auth/abc',
    loginHint: '',
    challengeFromHint: false,
    ping: false,
    openedAt: Date.UTC(2026, 0, 5, 8),
    traceparent: '',
    ...about,
  };
}
