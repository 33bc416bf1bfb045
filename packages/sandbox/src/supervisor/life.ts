/** What was opened is closed in reverse order, once, even what opens while the end has begun. */
export interface Life {
  readonly ending: boolean;
  onEnd(close: () => Promise<unknown> | unknown): void;
  /** Resolves when all that was opened until then is closed; rejects with the first failure ever, having tried all. */
  end(): Promise<void>;
}

export function createLife(): Life {
  const opened: (() => Promise<unknown> | unknown)[] = [];
  let ending = false;
  const failures: unknown[] = [];
  let closing = Promise.resolve();

  async function closeAll(): Promise<void> {
    for (let close = opened.pop(); close; close = opened.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
  }

  return {
    get ending() {
      return ending;
    },
    onEnd: (close) => void opened.push(close),
    async end() {
      ending = true;
      closing = closing.then(closeAll);
      await closing;
      if (failures.length > 0) throw failures[0];
    },
  };
}
