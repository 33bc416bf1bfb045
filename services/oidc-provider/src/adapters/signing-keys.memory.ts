import type { Clock } from '@psc/kernel';
import type { KeyTimes } from '#src/domain/key-rotation.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';
import type { KeyChange, KeyEvent, SigningKeys } from '#src/ports/signing-keys.ts';

interface Stored {
  readonly key: SigningKey;
  readonly times: KeyTimes;
}

/** The fake of the unit tests. */
export function createMemorySigningKeys(clock: Clock): SigningKeys {
  let stored: readonly Stored[] = [];
  let events: readonly KeyEvent[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const times = () => ({ keys: stored.map((each) => each.times), now: clock() });

  return {
    list: async () => stored.map(({ key }) => key),
    times: async () => times(),
    history: async (limit) => events.slice(0, limit),

    change(entry, decide) {
      const changed = turn.then(async () => {
        const { changes, result } = await decide(times());
        const now = clock();
        let after = stored;
        const added: KeyEvent[] = [];
        for (const change of changes) {
          const before = after;
          after = apply(after, change, now);
          const kid = change.change === 'add' ? change.key.kid : change.kid;
          const { key } = [...after, ...before].find((each) => each.key.kid === kid) ?? {};
          if (!key) throw new Error(`no key ${kid}`);
          const state = after.some((each) => each.key.kid === kid) ? key.state : 'removed';
          added.unshift({ ...entry, kid, alg: key.alg, at: now, state });
        }
        stored = after;
        events = [...added, ...events];
        return result;
      });
      turn = changed.catch(() => undefined);
      return changed;
    },
  };
}

function apply(stored: readonly Stored[], change: KeyChange, now: number): readonly Stored[] {
  if (change.change === 'add') {
    const { kid, alg, state } = change.key;
    const signsSince = state === 'next' ? undefined : now;
    const times: KeyTimes = { kid, alg, state, publishedAt: now, signsSince, retiredAt: undefined };
    return checked([{ key: change.key, times }, ...stored]);
  }
  const found = stored.find(({ key }) => key.kid === change.kid);
  if (!found) throw new Error(`no key ${change.kid}`);
  const others = stored.filter((each) => each !== found);
  if (change.change === 'remove') return others;
  const moved =
    change.change === 'sign'
      ? ({ state: 'current', signsSince: now } as const)
      : ({ state: 'retired', retiredAt: now } as const);
  const { key, times } = found;
  return checked([{ key: { ...key, state: moved.state }, times: { ...times, ...moved } }, ...others]);
}

function checked(stored: readonly Stored[]): readonly Stored[] {
  const unique = stored
    .filter(({ key }) => key.state !== 'retired')
    .map(({ key }) => `${key.alg} ${key.state}`);
  if (new Set(unique).size !== unique.length) throw new Error('two keys of one algorithm in one state');
  return stored;
}
