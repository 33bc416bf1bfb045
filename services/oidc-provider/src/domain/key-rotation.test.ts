import { describe, expect, it } from 'vitest';
import {
  dueSteps,
  firstSteps,
  type KeyPolicy,
  type KeyStep,
  type KeyTimes,
  removalSteps,
  rotationSteps,
} from './key-rotation.ts';

const DAY = 86_400_000;
const policy: KeyPolicy = { publishedMs: DAY, signsMs: 90 * DAY, retiredMs: 7 * DAY };
const start = Date.UTC(2026, 0, 1);

let made = 0;

/** What PostgreSQL does with steps, on a list. */
function apply(keys: readonly KeyTimes[], steps: readonly KeyStep[], now: number): KeyTimes[] {
  const after = [...keys];
  const change = (kid: string, what: Partial<KeyTimes>) => {
    const index = after.findIndex((key) => key.kid === kid);
    const key = after[index];
    if (!key) throw new Error(`no key ${kid}`);
    after[index] = { ...key, ...what };
  };
  for (const each of steps) {
    switch (each.step) {
      case 'make':
        after.push({
          kid: `${each.alg}-${now}-${made++}`,
          alg: each.alg,
          state: each.state,
          publishedAt: now,
          signsSince: each.state === 'current' ? now : undefined,
          retiredAt: undefined,
        });
        break;
      case 'sign':
        change(each.kid, { state: 'current', signsSince: now });
        break;
      case 'retire':
        change(each.kid, { state: 'retired', retiredAt: now });
        break;
      case 'remove':
        after.splice(
          after.findIndex((key) => key.kid === each.kid),
          1,
        );
    }
  }
  return after;
}

const statesOf = (keys: readonly KeyTimes[], alg: string) =>
  keys
    .filter((key) => key.alg === alg)
    .map(({ state }) => state)
    .sort();

const begun = () => apply([], dueSteps([], policy, start), start);
const kidOf = (keys: readonly KeyTimes[], alg: string, state: string) =>
  keys.find((key) => key.alg === alg && key.state === state)?.kid ?? '';

describe('what is due', () => {
  it('begins with a key that signs and one that will, for each algorithm', () => {
    const keys = begun();
    for (const alg of ['RS256', 'ES256']) expect(statesOf(keys, alg)).toEqual(['current', 'next']);
    expect(dueSteps(keys, policy, start)).toEqual([]);
  });

  it('is nothing until a key has signed long enough, then its succession', () => {
    const keys = begun();
    expect(dueSteps(keys, policy, start + 90 * DAY - 1)).toEqual([]);
    const after = apply(keys, dueSteps(keys, policy, start + 90 * DAY), start + 90 * DAY);
    for (const alg of ['RS256', 'ES256']) {
      expect(statesOf(after, alg)).toEqual(['current', 'next', 'retired']);
      expect(kidOf(after, alg, 'current')).toBe(kidOf(keys, alg, 'next'));
      expect(kidOf(after, alg, 'retired')).toBe(kidOf(keys, alg, 'current'));
    }
  });

  it('never lets a key sign that was not published long enough', () => {
    const late = start + 200 * DAY;
    const [current] = begun().filter(({ alg, state }) => alg === 'RS256' && state === 'current');
    if (!current) throw new Error('no current key');
    const others = begun().filter(({ alg }) => alg === 'ES256');
    const rotated = apply([current, ...others], dueSteps([current, ...others], policy, late), late);
    expect(kidOf(rotated, 'RS256', 'current')).toBe(current.kid);
    const due = (now: number) => dueSteps(rotated, policy, now).filter((each) => each.step === 'sign');
    expect(due(late + DAY - 1)).toEqual([]);
    expect(due(late + DAY)).toContainEqual({ step: 'sign', kid: kidOf(rotated, 'RS256', 'next') });
  });

  it('removes a retired key once its time is over, not before', () => {
    const rotatedAt = start + 90 * DAY;
    const first = begun();
    const keys = apply(first, dueSteps(first, policy, rotatedAt), rotatedAt);
    expect(dueSteps(keys, policy, rotatedAt + 7 * DAY - 1)).toEqual([]);
    const removals = dueSteps(keys, policy, rotatedAt + 7 * DAY);
    expect(removals.map(({ step }) => step)).toEqual(['remove', 'remove']);
    expect(apply(keys, removals, rotatedAt + 7 * DAY)).toHaveLength(4);
  });

  it('holds over the years, whenever it is looked at: always one that signs, published a day before, retired a week', () => {
    let keys: KeyTimes[] = [];
    const seen = new Map<string, { signs?: number; retired?: number }>();
    let now = start;
    for (let turn = 0; turn < 3_000; turn++) {
      // Every few hours to days, as a schedule that is stopped at times.
      now += ((turn * 7_919) % 40) * 3_600_000;
      const before = keys;
      keys = apply(keys, dueSteps(keys, policy, now), now);
      for (const alg of ['RS256', 'ES256']) {
        const states = statesOf(keys, alg);
        expect(states.filter((state) => state === 'current')).toHaveLength(1);
        expect(states.filter((state) => state === 'next')).toHaveLength(1);
        expect(states.filter((state) => state === 'retired').length).toBeLessThanOrEqual(1);
      }
      for (const key of keys) {
        const known = seen.get(key.kid) ?? {};
        if (key.state === 'current' && known.signs === undefined) {
          if (before.length > 0) expect(now - key.publishedAt).toBeGreaterThanOrEqual(DAY);
          seen.set(key.kid, { ...known, signs: now });
        }
        if (key.state === 'retired' && known.retired === undefined) {
          expect(now - (known.signs ?? now)).toBeGreaterThanOrEqual(90 * DAY);
          seen.set(key.kid, { ...known, retired: now });
        }
      }
      for (const gone of before.filter(({ kid }) => !keys.some((key) => key.kid === kid)))
        expect(now - (gone.retiredAt ?? now)).toBeGreaterThanOrEqual(7 * DAY);
      expect(dueSteps(keys, policy, now)).toEqual([]);
    }
    expect(seen.size).toBeGreaterThan(2 * 20);
  });
});

describe('a rotation by command', () => {
  it('is for a next key that was published long enough, of one algorithm alone', () => {
    const keys = begun();
    expect(rotationSteps(keys, 'RS256', policy, start + DAY - 1, false)).toEqual({
      ok: false,
      refusal: 'unready',
    });
    const rotation = rotationSteps(keys, 'RS256', policy, start + DAY, false);
    if (!rotation.ok) throw new Error('refused');
    const after = apply(keys, rotation.value, start + DAY);
    expect(kidOf(after, 'RS256', 'current')).toBe(kidOf(keys, 'RS256', 'next'));
    expect(kidOf(after, 'ES256', 'current')).toBe(kidOf(keys, 'ES256', 'current'));
    expect(statesOf(after, 'RS256')).toEqual(['current', 'next', 'retired']);
  });

  it('may be for a young one, or one that did not exist, when somebody says so', () => {
    for (const keys of [begun(), begun().filter(({ state }) => state === 'current'), []]) {
      const rotation = rotationSteps(keys, 'ES256', policy, start, true);
      if (!rotation.ok) throw new Error('refused');
      const after = apply(keys, rotation.value, start);
      const retired = keys.length > 0 ? ['retired'] : [];
      expect(statesOf(after, 'ES256')).toEqual(['current', 'next', ...retired]);
      expect(kidOf(after, 'ES256', 'current')).not.toBe(kidOf(keys, 'ES256', 'current'));
    }
  });
});

describe('a removal', () => {
  const removed = (keys: readonly KeyTimes[], kid: string) => {
    const removal = removalSteps(keys, kid);
    if (!removal.ok) throw new Error(removal.refusal);
    return apply(keys, removal.value, start);
  };

  it('takes the key away at once, and leaves one that signs and one that will', () => {
    const keys = begun();
    for (const state of ['current', 'next']) {
      const kid = kidOf(keys, 'RS256', state);
      const after = removed(keys, kid);
      expect(after.map((key) => key.kid)).not.toContain(kid);
      expect(statesOf(after, 'RS256')).toEqual(['current', 'next']);
    }
    expect(kidOf(removed(keys, kidOf(keys, 'RS256', 'current')), 'RS256', 'current')).toBe(
      kidOf(keys, 'RS256', 'next'),
    );
  });

  it('works for a key that signs alone, and for a retired one', () => {
    const alone = begun().filter(({ state }) => state === 'current');
    expect(statesOf(removed(alone, kidOf(alone, 'RS256', 'current')), 'RS256')).toEqual(['current', 'next']);
    const later = start + 90 * DAY;
    const first = begun();
    const keys = apply(first, dueSteps(first, policy, later), later);
    const after = removed(keys, kidOf(keys, 'ES256', 'retired'));
    expect(statesOf(after, 'ES256')).toEqual(['current', 'next']);
  });

  it('is refused for a key that is not there', () => {
    expect(removalSteps(begun(), 'nobody')).toEqual({ ok: false, refusal: 'unknown_key' });
  });
});

describe('the first keys', () => {
  it('are made where none signs', () => {
    expect(firstSteps([]).map(({ step }) => step)).toEqual(['make', 'make']);
    expect(firstSteps(begun())).toEqual([]);
    const orphan = begun().filter(({ alg, state }) => alg !== 'RS256' || state === 'next');
    expect(firstSteps(orphan)).toEqual([{ step: 'sign', kid: kidOf(orphan, 'RS256', 'next') }]);
  });
});
