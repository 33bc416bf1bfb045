/** Runs `work` once more after each call; the calls that come during a run share the next one. */
export function createTurns(work: () => Promise<unknown>): { next(): void; last(): Promise<unknown> } {
  let running: Promise<unknown> = Promise.resolve();
  let waiting = false;
  return {
    next() {
      if (waiting) return;
      waiting = true;
      running = running.then(() => {
        waiting = false;
        return work();
      });
    },
    last: () => running,
  };
}
