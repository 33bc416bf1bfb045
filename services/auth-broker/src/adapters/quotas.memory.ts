import type { Clock } from '@psc/kernel';
import type { Quotas } from '#src/ports/quotas.ts';

/** The fake of the use cases' tests; it passes the same suite as Redis. */
export function createMemoryQuotas(clock: Clock): Quotas {
  const counts = new Map<string, { uses: number; until: number }>();
  return {
    async reserve(name, limit, windowMs) {
      const known = counts.get(name);
      const open = known && known.until > clock() ? known : { uses: 0, until: clock() + windowMs };
      counts.set(name, { ...open, uses: open.uses + 1 });
      return open.uses < limit;
    },
    async reset(name) {
      counts.delete(name);
    },
  };
}
