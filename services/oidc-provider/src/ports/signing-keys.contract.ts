import { beforeEach, describe, expect, it } from 'vitest';
import type { SigningKey, SigningKeyState } from '#src/domain/signing-key.ts';
import type { KeyChange, SigningKeys } from './signing-keys.ts';

let made = 0;
const key = (state: SigningKeyState, alg: SigningKey['alg'] = 'RS256'): SigningKey => ({
  kid: `key-${made++}`,
  alg,
  state,
  privateJwk: { kty: 'RSA', d: 'secret' },
});
const entry = { operator: 'test', reason: 'a reason' };

/** What every adapter of `SigningKeys` must do. `open` answers one without keys; the history may know others. */
export function signingKeysContract(open: () => Promise<SigningKeys>): void {
  let keys: SigningKeys;
  beforeEach(async () => {
    keys = await open();
  });
  const change = (...changes: readonly KeyChange[]) =>
    keys.change(entry, async () => ({ changes, result: undefined }));
  const states = async () =>
    Object.fromEntries((await keys.times()).keys.map(({ kid, state }) => [kid, state]));
  const historyOf = async (kid: string) => (await keys.history(50)).filter((event) => event.kid === kid);

  describe('signing keys', () => {
    it('are added with their state, and since when they have it', async () => {
      const [current, next] = [key('current'), key('next')];
      await change({ change: 'add', key: current }, { change: 'add', key: next });
      expect([...(await keys.list())].sort((a, b) => a.kid.localeCompare(b.kid))).toEqual([current, next]);
      const { keys: known, now } = await keys.times();
      const timesOf = (kid: string) => known.find((each) => each.kid === kid);
      expect(timesOf(current.kid)).toMatchObject({ alg: 'RS256', state: 'current', retiredAt: undefined });
      expect(timesOf(current.kid)?.signsSince).toBe(timesOf(current.kid)?.publishedAt);
      expect(timesOf(next.kid)).toMatchObject({ state: 'next', signsSince: undefined });
      expect(now - (timesOf(next.kid)?.publishedAt ?? 0)).toBeGreaterThanOrEqual(0);
      expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    });

    it('go from one state to the next, in the order that is said', async () => {
      const [current, next] = [key('current'), key('next')];
      await change({ change: 'add', key: current }, { change: 'add', key: next });
      const third = key('next');
      await change(
        { change: 'retire', kid: current.kid },
        { change: 'sign', kid: next.kid },
        { change: 'add', key: third },
      );
      expect(await states()).toEqual({
        [current.kid]: 'retired',
        [next.kid]: 'current',
        [third.kid]: 'next',
      });
      const retired = (await keys.times()).keys.find(({ kid }) => kid === current.kid);
      expect(retired?.retiredAt).toBeGreaterThanOrEqual(retired?.signsSince ?? Number.POSITIVE_INFINITY);

      await change({ change: 'remove', kid: current.kid });
      expect(await states()).toEqual({ [next.kid]: 'current', [third.kid]: 'next' });
    });

    it('have a history that outlives them: who, why, what', async () => {
      const current = key('current');
      await change({ change: 'add', key: current });
      await change({ change: 'retire', kid: current.kid });
      await change({ change: 'remove', kid: current.kid });
      const history = await historyOf(current.kid);
      expect(history.map(({ state }) => state)).toEqual(['removed', 'retired', 'current']);
      for (const event of history)
        expect(event).toMatchObject({ kid: current.kid, alg: 'RS256', ...entry, at: expect.any(Number) });
      expect(await keys.history(1)).toHaveLength(1);
    });

    it('change whole or not at all', async () => {
      const current = key('current');
      await change({ change: 'add', key: current });
      // Two that sign, of one algorithm; and a key that is not there.
      const second: KeyChange = { change: 'add', key: key('current') };
      await expect(change({ change: 'add', key: key('next') }, second)).rejects.toThrow();
      const absent: KeyChange = { change: 'sign', kid: 'absent' };
      await expect(change({ change: 'retire', kid: current.kid }, absent)).rejects.toThrow();
      expect(await states()).toEqual({ [current.kid]: 'current' });
      expect(await historyOf(current.kid)).toHaveLength(1);
      // Of two algorithms, two sign.
      await change({ change: 'add', key: key('current', 'ES256') });
    });

    it('change nothing when what decides fails', async () => {
      const failing = keys.change(entry, async () => {
        throw new Error('undecided');
      });
      await expect(failing).rejects.toThrow('undecided');
      expect((await keys.times()).keys).toEqual([]);
      await change({ change: 'add', key: key('current') });
    });

    it('are changed by one caller at a time: of twenty who see that there is none, one adds it', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          keys.change(entry, async ({ keys: known }) => {
            if (known.length > 0) return { changes: [], result: 'there is one' };
            return { changes: [{ change: 'add', key: key('current') }], result: 'added' };
          }),
        ),
      );
      expect(answers.filter((answer) => answer === 'added')).toHaveLength(1);
      const [only, ...others] = (await keys.times()).keys;
      expect(others).toEqual([]);
      expect(await historyOf(only?.kid ?? '')).toHaveLength(1);
    });
  });
}
