import type { Ping, Pings } from '#src/ports/pings.ts';
import type { EngineStore } from '../store.ts';

/** Among the engine's records: sealed, and found by the digest of the approval's identifier. */
export function createPings(store: Pick<EngineStore, 'adapterFor'>): Pings {
  const records = store.adapterFor('Ping');
  return {
    keep: (approvalId, ping, seconds) => records.upsert(approvalId, { ...ping }, seconds),
    async find(approvalId) {
      // Sealed: it is what `keep` was given.
      return (await records.find(approvalId)) as Ping | undefined;
    },
  };
}
