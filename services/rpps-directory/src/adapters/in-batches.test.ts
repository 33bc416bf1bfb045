import { describe, expect, it } from 'vitest';
import { inBatches } from './in-batches.ts';

/** Loads nothing until it is told to, and remembers what it was asked for. */
function held() {
  const calls: { keys: readonly number[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const load = (keys: readonly number[]) =>
    new Promise<ReadonlyMap<number, string>>((resolve, reject) => {
      const found = keys.filter((key) => key > 0).map((key) => [key, `#${key}`] as const);
      calls.push({ keys, finish: () => resolve(new Map(found)), fail: reject });
    });
  return { calls, load };
}
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('what is asked for at the same time', () => {
  it('is loaded by one call, each thing once, and everybody gets their own', async () => {
    const { calls, load } = held();
    const find = inBatches(load, { most: 10, atOnce: 1 });
    const answers = Promise.all([find(1), find(2), find(1), find(-1)]);
    await turn();
    expect(calls.map(({ keys }) => keys)).toEqual([[1, 2, -1]]);
    calls[0]?.finish();
    expect(await answers).toEqual(['#1', '#2', '#1', undefined]);
  });

  it('waits while there are calls enough, then goes together; a call has a bound', async () => {
    const { calls, load } = held();
    const find = inBatches(load, { most: 2, atOnce: 2 });
    const answers = Promise.all([1, 2, 3, 4, 5].map(find));
    await turn();
    await turn();
    expect(calls.map(({ keys }) => keys)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    calls[0]?.finish();
    await turn();
    expect(calls[2]?.keys).toEqual([5]);
    for (const call of calls) call.finish();
    expect(await answers).toEqual(['#1', '#2', '#3', '#4', '#5']);
  });

  it('is not kept: what is asked for later is loaded again', async () => {
    const { calls, load } = held();
    const find = inBatches(load, { most: 2, atOnce: 1 });
    for (const round of [1, 2]) {
      const answer = find(7);
      await turn();
      calls.at(-1)?.finish();
      expect(await answer).toBe('#7');
      expect(calls).toHaveLength(round);
    }
  });

  it('fails together, and alone', async () => {
    const { calls, load } = held();
    const find = inBatches(load, { most: 1, atOnce: 2 });
    const answers = Promise.allSettled([find(1), find(2)]);
    await turn();
    await turn();
    calls[0]?.fail(new Error('gone'));
    calls[1]?.finish();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    const after = find(3);
    await turn();
    calls[2]?.finish();
    expect(await after).toBe('#3');
  });
});
