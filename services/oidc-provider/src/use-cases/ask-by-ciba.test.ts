import { createMemoryApprovals } from '@psc/approvals';
import { Bug, Unavailable } from '@psc/kernel';
import { describe, expect, it } from 'vitest';
import type { Ping } from '#src/ports/pings.ts';
import { cibaApplication } from '#src/testing/applications.ts';
import { createAskByCiba } from './ask-by-ciba.ts';

const application = cibaApplication({ clientId: 'logiciel', acr: 'eidas2' });
const request = { number: '07', means: 'ecps', seconds: 60, notificationToken: '' } as const;
const asked = {
  id: 'digest',
  authReqId: 'credential',
  application,
  scope: 'openid scope_all',
  nationalId: '899700000013',
  request,
  requester: { ip: '192.0.2.1', userAgent: 'Java/21'.repeat(200) },
  traceparent: '',
};

function world() {
  const clock = () => 1_000_000;
  const approvals = createMemoryApprovals({ clock });
  const challenged: object[] = [];
  const kept: [string, Ping, number][] = [];
  const outage = { challenge: false, abandon: false };
  const askByCiba = createAskByCiba({
    approvals: {
      open: approvals.open,
      async abandon(id) {
        if (outage.abandon) throw new Unavailable('redis_unavailable', 'down');
        return approvals.abandon(id);
      },
    },
    challenges: {
      async challenge(body) {
        if (outage.challenge) throw new Unavailable('service_unavailable', 'down');
        challenged.push(body);
      },
    },
    pings: {
      async keep(...ping) {
        kept.push(ping);
      },
      find: async () => undefined,
    },
    clock,
  });
  return { approvals, askByCiba, challenged, kept, outage };
}

describe('asking a professional by CIBA', () => {
  it('opens what they are to approve, and has them challenged', async () => {
    const { approvals, askByCiba, challenged, kept } = world();
    await askByCiba(asked);
    const opened = await approvals.find('digest');
    expect(opened?.request).toMatchObject({
      clientId: 'logiciel',
      acr: 'eidas2',
      channel: 'ciba',
      returnTo: '',
      loginHint: '',
      challengeFromHint: false,
      ping: false,
    });
    expect(opened?.request.requester.userAgent).toHaveLength(512);
    expect(JSON.stringify(opened)).not.toContain('credential');
    expect(challenged).toEqual([
      { approvalId: 'digest', nationalId: '899700000013', means: 'ecps', number: '07', seconds: 60 },
    ]);
    expect(kept).toEqual([]);
  });

  it('keeps what it takes to call the application, for as long as an answer can be fetched', async () => {
    const { approvals, askByCiba, kept } = world();
    await askByCiba({ ...asked, request: { ...request, notificationToken: 'shown' } });
    const ping = { clientId: 'logiciel', authReqId: 'credential', notificationToken: 'shown' };
    expect(kept).toEqual([['digest', ping, 90]]);
    expect((await approvals.find('digest'))?.request.ping).toBe(true);
  });

  it('leaves nothing to answer when nobody could be asked', async () => {
    const { approvals, askByCiba, outage } = world();
    outage.challenge = true;
    await expect(askByCiba(asked)).rejects.toThrow(Unavailable);
    expect((await approvals.find('digest'))?.state).toBe('expired');
  });

  it('says what failed first when it cannot even give up', async () => {
    const { askByCiba, outage } = world();
    Object.assign(outage, { challenge: true, abandon: true });
    await expect(askByCiba(asked)).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  it('never takes over what was opened already', async () => {
    const { askByCiba, challenged } = world();
    await askByCiba(asked);
    await expect(askByCiba(asked)).rejects.toThrow(Bug);
    expect(challenged).toHaveLength(1);
  });
});
