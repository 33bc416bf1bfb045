import type { Clock } from '@psc/kernel';
import type { Deliveries } from '#src/ports/deliveries.ts';

const BATCH = 5_000;
/** A bounded amount of work per run: what is left waits for the next one. */
const BATCHES = 20;

/** Forgets the deliveries older than `keptMs`, in small batches so that no lock lasts. Answers how many. */
export function createForgetOldDeliveries(needs: {
  deliveries: Pick<Deliveries, 'forget'>;
  clock: Clock;
  keptMs: number;
}): () => Promise<number> {
  return async () => {
    const before = needs.clock() - needs.keptMs;
    let forgotten = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const count = await needs.deliveries.forget(before, BATCH);
      forgotten += count;
      if (count < BATCH) break;
    }
    return forgotten;
  };
}
