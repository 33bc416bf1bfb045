/**
 * Applications that answer nothing, one call after the other. Each such call holds a place for as long as its time limit:
 * without this, one application that is down would make all the others wait. While it is silent its calls are postponed
 * without being made, but for one from time to time that tries.
 */
export interface Silences {
  /** Whether to spare this call. When it answers false during a silence, this is the one that tries. */
  isSilent(clientId: string, now: number): boolean;
  heard(clientId: string): void;
  unheard(clientId: string, now: number): void;
}

const SILENT_AFTER = 5;
const TRY_EVERY_MS = 15_000;
const MOST_SILENT = 1_000;

export function createSilences(): Silences {
  const silent = new Map<string, { failures: number; tryAt: number }>();

  return {
    isSilent(clientId, now) {
      const known = silent.get(clientId);
      if (!known || known.failures < SILENT_AFTER) return false;
      if (now < known.tryAt) return true;
      known.tryAt = now + TRY_EVERY_MS;
      return false;
    },

    heard: (clientId) => void silent.delete(clientId),

    unheard(clientId, now) {
      const failures = (silent.get(clientId)?.failures ?? 0) + 1;
      const [oldest] = silent.keys();
      if (!silent.has(clientId) && silent.size >= MOST_SILENT && oldest !== undefined) silent.delete(oldest);
      silent.set(clientId, { failures, tryAt: now + TRY_EVERY_MS });
    },
  };
}
