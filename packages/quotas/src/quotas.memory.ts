import type { Clock } from '@psc/kernel';
import type { Quotas, Window } from './quotas.ts';

/** The fake of the use cases' tests; it passes the same suite as Redis. */
export function createMemoryQuotas(clock: Clock): Quotas {
  const counts = new Map<string, { uses: number; until: number }>();

  function find(name: string) {
    const known = counts.get(name);
    return known && known.until > clock() ? known : { uses: 0, until: clock() };
  }

  function count(name: string, { ms, reopenedBy }: Window) {
    const { uses, until } = find(name);
    const opens = uses === 0 || uses + 1 === reopenedBy;
    const counted = { uses: uses + 1, until: opens ? clock() + ms : until };
    counts.set(name, counted);
    return counted;
  }

  return {
    async reserve(name, limit, windowMs) {
      return count(name, { ms: windowMs }).uses <= limit;
    },
    async tally(counters) {
      return counters.map(({ name, window }) => {
        const { uses, until } = window ? count(name, window) : find(name);
        return { uses, msLeft: until - clock() };
      });
    },
    async reset(name) {
      counts.delete(name);
    },
  };
}
