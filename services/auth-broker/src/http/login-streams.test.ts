import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoginStreams } from './login-streams.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });

function create(most = 10) {
  return createLoginStreams({
    follow: async function* (_id, signal) {
      yield 'challenged';
      await untilAborted(signal);
    },
    most,
    onError: () => expect.fail('unexpected'),
  });
}

describe('the streams of pages that wait', () => {
  it('give their place back when the browser leaves', async () => {
    const streams = create(1);
    const browser = new AbortController();
    const stream = streams.open('one', browser.signal);
    expect(streams.open('other', browser.signal)).toBeUndefined();
    browser.abort();
    await text(stream ?? expect.fail());
    expect(streams.count).toBe(0);
    expect(streams.open('other', new AbortController().signal)).toBeDefined();
    streams.close();
  });

  it('beat, so that proxies do not cut them, until they end', async () => {
    const streams = create();
    const stream: Readable = streams.open('one', new AbortController().signal) ?? expect.fail();
    await vi.advanceTimersByTimeAsync(31_000);
    streams.close();
    const sent = await text(stream);
    expect(sent.match(/^:$/gm)).toHaveLength(2);
    expect(sent).toContain('event: state\ndata: challenged\n\n');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('end when following fails: the browser comes back and the page says why', async () => {
    const onError = vi.fn();
    const streams = createLoginStreams({
      // biome-ignore lint/correctness/useYield: it fails before it says anything
      follow: async function* () {
        throw new Error('unplugged');
      },
      most: 1,
      onError,
    });
    const sent = await text(streams.open('one', new AbortController().signal) ?? expect.fail());
    expect(sent).not.toContain('state');
    expect(onError).toHaveBeenCalledOnce();
    expect(streams.count).toBe(0);
  });
});
