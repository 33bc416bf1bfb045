/** What this process remembers for a while: at most `limit` things, the oldest forgotten first. */
export interface Memory<Thing> {
  remember(key: string, thing: Thing): void;
  find(key: string): Thing | undefined;
  /** Finds and forgets: only one caller gets it. */
  take(key: string): Thing | undefined;
}

export function createMemory<Thing>(settings: {
  limit: number;
  lifetimeMs: number;
  clock: () => number;
}): Memory<Thing> {
  const things = new Map<string, { thing: Thing; until: number }>();

  const find = (key: string): Thing | undefined => {
    const kept = things.get(key);
    return kept && kept.until > settings.clock() ? kept.thing : undefined;
  };

  return {
    find,
    take(key) {
      const thing = find(key);
      things.delete(key);
      return thing;
    },
    remember(key, thing) {
      // A map keeps the order of insertion, so its first key is the oldest.
      things.delete(key);
      const [oldest] = things.keys();
      if (things.size >= settings.limit && oldest !== undefined) things.delete(oldest);
      things.set(key, { thing, until: settings.clock() + settings.lifetimeMs });
    },
  };
}
