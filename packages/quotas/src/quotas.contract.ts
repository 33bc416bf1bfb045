import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Quotas } from './quotas.ts';

type Pass = (name: string, milliseconds: number) => Promise<void>;

/** What every adapter of `Quotas` must do, in parallel too. `pass` lets so many milliseconds go by for a counter. */
export function quotasContract(open: () => Promise<{ quotas: Quotas; pass: Pass }>): void {
  let quotas: Quotas;
  let pass: Pass;
  let name: string;
  beforeEach(async () => {
    ({ quotas, pass } = await open());
    name = `test:${randomUUID()}`;
  });

  describe('quotas', () => {
    it('allow so many uses, then none', async () => {
      const uses = [];
      for (let use = 0; use < 4; use++) uses.push(await quotas.reserve(name, 2, 60_000));
      expect(uses).toEqual([true, true, false, false]);
      expect(await quotas.reserve(`${name}:other`, 2, 60_000)).toBe(true);
    });

    it('of fifty uses at once, allow exactly the limit', async () => {
      const uses = await Promise.all(Array.from({ length: 50 }, () => quotas.reserve(name, 7, 60_000)));
      expect(uses.filter(Boolean)).toHaveLength(7);
    });

    it('begin again when the window of the first use is over, whatever came after it', async () => {
      await quotas.reserve(name, 1, 60_000);
      await pass(name, 40_000);
      expect(await quotas.reserve(name, 1, 60_000)).toBe(false);
      await pass(name, 20_000);
      expect(await quotas.reserve(name, 1, 60_000)).toBe(true);
    });

    it('are counted and read several at once', async () => {
      const [requests, failures] = [`{${name}}:requests`, `{${name}}:failures`];
      const ask = () => quotas.tally([{ name: requests, window: { ms: 60_000 } }, { name: failures }]);
      expect(await ask()).toEqual([
        { uses: 1, msLeft: expect.closeTo(60_000, -3) },
        { uses: 0, msLeft: 0 },
      ]);
      await quotas.tally([{ name: failures, window: { ms: 30_000 } }]);
      expect(await ask()).toEqual([
        { uses: 2, msLeft: expect.closeTo(60_000, -3) },
        { uses: 1, msLeft: expect.closeTo(30_000, -3) },
      ]);
    });

    it('of fifty uses at once, count every one', async () => {
      const window = { ms: 60_000 };
      const counts = await Promise.all(Array.from({ length: 50 }, () => quotas.tally([{ name, window }])));
      expect(counts.map(([count]) => count?.uses).sort((a = 0, b = 0) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
    });

    it('begin again a whole window after the use that opens it anew', async () => {
      const use = async () => (await quotas.tally([{ name, window: { ms: 60_000, reopenedBy: 2 } }]))[0];
      await use();
      await pass(name, 50_000);
      expect(await use()).toEqual({ uses: 2, msLeft: expect.closeTo(60_000, -3) });
      await pass(name, 50_000);
      expect(await use()).toEqual({ uses: 3, msLeft: expect.closeTo(10_000, -3) });
      await pass(name, 10_000);
      expect(await use()).toEqual({ uses: 1, msLeft: expect.closeTo(60_000, -3) });
    });

    it('begin again when reset', async () => {
      await quotas.reserve(name, 1, 60_000);
      await quotas.reset(name);
      expect(await quotas.reserve(name, 1, 60_000)).toBe(true);
    });
  });
}
