import { createMemoryApprovals } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import { createMemoryQuotas } from '@psc/quotas';
import { expect, it } from 'vitest';
import { createJudgePoll, paceOf } from './judge-poll.ts';

const request = sampleRequest({ channel: 'ciba', clientId: 'logiciel' });
const challenge = {
  nationalId: '899700000013',
  means: 'ecps',
  number: '07',
  browser: '',
  challengedAt: 0,
} as const;

async function asked(intervalSeconds: number) {
  const time = { now: 1_000_000 };
  const clock = () => time.now;
  const approvals = createMemoryApprovals({ clock });
  const quotas = createMemoryQuotas(clock);
  await approvals.open('a', request);
  await approvals.challenge('a', challenge);
  const judge = createJudgePoll({ approvals, quotas, paceMs: paceOf(intervalSeconds), clock });
  const poll = async (clientId = 'logiciel') => {
    const judged = await judge({ approvalId: 'a', clientId });
    return judged.ok ? 'approved' : judged.refusal;
  };
  return { time, approvals, poll };
}

it('lets an application poll at the interval, early by as much as the network may have been late before', async () => {
  const { time, poll } = await asked(5);
  expect(await poll()).toBe('pending');
  for (const wait of [5_000, 4_500, 5_400, 4_600]) {
    time.now += wait;
    expect(await poll()).toBe('pending');
  }
});

it('slows one down that polls more often, and never the answer', async () => {
  const { time, approvals, poll } = await asked(1);
  expect(await poll()).toBe('pending');
  time.now += 400;
  expect([await poll(), await poll()]).toEqual(['too_early', 'too_early']);
  time.now += 200;
  expect(await poll()).toBe('pending');
  await approvals.decide('a', { state: 'approved', proof: 'proof' });
  expect([await poll(), await poll()]).toEqual(['approved', 'approved']);
});

it('does not let another application slow it down, nor learn anything', async () => {
  const { poll } = await asked(1);
  expect([await poll('autre'), await poll('autre')]).toEqual(['unknown', 'unknown']);
  expect(await poll()).toBe('pending');
});
