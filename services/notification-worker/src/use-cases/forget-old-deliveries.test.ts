import { describe, expect, it } from 'vitest';
import { createForgetOldDeliveries } from './forget-old-deliveries.ts';

describe('forgetting old deliveries', () => {
  const run = (batches: number[]) => {
    const asked: number[] = [];
    const forget = async (before: number) => {
      asked.push(before);
      return batches.shift() ?? 5_000;
    };
    const forgetOld = createForgetOldDeliveries({
      deliveries: { forget },
      clock: () => 10_000,
      keptMs: 3_000,
    });
    return { asked, forgetOld };
  };

  it('goes on until a batch is not full', async () => {
    const { asked, forgetOld } = run([5_000, 5_000, 12]);
    expect(await forgetOld()).toBe(10_012);
    expect(asked).toEqual([7_000, 7_000, 7_000]);
  });

  it('stops after twenty batches and leaves the rest for the next run', async () => {
    const { asked, forgetOld } = run([]);
    expect(await forgetOld()).toBe(100_000);
    expect(asked).toHaveLength(20);
  });
});
