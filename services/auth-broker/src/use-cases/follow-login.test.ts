import { type Approvals, createMemoryApprovals } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFollowLogin } from './follow-login.ts';

const id = 'approval-0123456789';
const clock = () => Date.now();
let approvals: Approvals;

beforeEach(async () => {
  vi.useFakeTimers();
  approvals = createMemoryApprovals({ clock });
  await approvals.open(id, sampleRequest({ openedAt: clock() }));
  await approvals.challenge(id, {
    nationalId: '899700000012',
    means: 'ecps',
    number: '42',
    browser: 'b',
    challengedAt: clock(),
  });
});
afterEach(() => vi.useRealTimers());

const follow = (signal = new AbortController().signal) => createFollowLogin({ approvals, clock })(id, signal);

describe('following a login', () => {
  it('ends by itself when nobody answered in time', async () => {
    const states = follow();
    expect(await states.next()).toEqual({ value: 'challenged', done: false });
    const next = states.next();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await next).toEqual({ value: 'expired', done: false });
    expect((await states.next()).done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('misses no decision, not even one made between two readings', async () => {
    const states = follow();
    await states.next();
    await approvals.decide(id, { state: 'denied', reason: 'refused' });
    expect((await states.next()).value).toBe('denied');
  });

  it('stops when asked to, and listens no more', async () => {
    const unwatched = vi.fn();
    const { watch } = approvals;
    approvals.watch = async (...asked) => {
      const unwatch = await watch(...asked);
      return async () => {
        unwatched();
        await unwatch();
      };
    };
    const controller = new AbortController();
    const states = follow(controller.signal);
    await states.next();
    const next = states.next();
    controller.abort();
    expect((await next).done).toBe(true);
    expect(unwatched).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says that a login is unknown', async () => {
    const states = createFollowLogin({ approvals, clock })('other', new AbortController().signal);
    expect((await states.next()).value).toBe('unknown');
    expect((await states.next()).done).toBe(true);
  });
});
