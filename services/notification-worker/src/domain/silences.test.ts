import { describe, expect, it } from 'vitest';
import { createSilences } from './silences.ts';

const now = 1_000_000;

function unheard(times: number) {
  const silences = createSilences();
  for (let i = 0; i < times; i++) silences.unheard('app', now);
  return silences;
}

describe('an application that answers nothing', () => {
  it('is spared after five calls, alone', () => {
    expect(unheard(4).isSilent('app', now)).toBe(false);
    expect(unheard(5).isSilent('app', now)).toBe(true);
    expect(unheard(5).isSilent('other', now)).toBe(false);
  });

  it('is tried by one call from time to time', () => {
    const silences = unheard(5);
    expect(silences.isSilent('app', now + 14_999)).toBe(true);
    expect([0, 0, 0].map(() => silences.isSilent('app', now + 15_000))).toEqual([false, true, true]);
    silences.unheard('app', now + 20_000);
    expect(silences.isSilent('app', now + 30_000)).toBe(true);
  });

  it('is called again as soon as it answers', () => {
    const silences = unheard(5);
    silences.heard('app');
    expect(silences.isSilent('app', now)).toBe(false);
    silences.unheard('app', now);
    expect(silences.isSilent('app', now)).toBe(false);
  });

  it('is one of a thousand at most', () => {
    const silences = unheard(5);
    for (let i = 0; i < 1_000; i++) silences.unheard(`app-${i}`, now);
    expect(silences.isSilent('app', now)).toBe(false);
  });
});
