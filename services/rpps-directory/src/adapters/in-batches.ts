export interface Batches {
  /** Keys in one call at most. */
  readonly most: number;
  /** Calls at once at most; what is asked for meanwhile waits, and goes together. */
  readonly atOnce: number;
}

/**
 * Puts together what is asked for in the same turn of the event loop, or while earlier calls run: under load, the cost of one
 * call is shared by many. What several ask for at the same time is loaded once; nothing is kept afterwards.
 */
export function inBatches<Key, Value>(
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  { most, atOnce }: Batches,
): (key: Key) => Promise<Value | undefined> {
  let waiting = new Map<Key, PromiseWithResolvers<Value | undefined>>();
  let running = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || running >= atOnce || waiting.size === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      run();
    });
  }

  function run(): void {
    const batch = waiting.size <= most ? waiting : new Map([...waiting].slice(0, most));
    waiting = batch === waiting ? new Map() : new Map([...waiting].slice(most));
    running++;
    load([...batch.keys()])
      .then(
        (found) => {
          for (const [key, { resolve }] of batch) resolve(found.get(key));
        },
        (error: unknown) => {
          for (const { reject } of batch.values()) reject(error);
        },
      )
      .finally(() => {
        running--;
        schedule();
      });
    schedule();
  }

  return (key) => {
    const known = waiting.get(key);
    if (known) return known.promise;
    const asked = Promise.withResolvers<Value | undefined>();
    waiting.set(key, asked);
    schedule();
    return asked.promise;
  };
}
