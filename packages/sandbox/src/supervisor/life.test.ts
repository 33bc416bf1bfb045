import { expect, it } from 'vitest';
import { createLife } from './life.ts';

it('closes in reverse order, once', async () => {
  const closed: string[] = [];
  const life = createLife();
  for (const name of ['a', 'b', 'c']) life.onEnd(() => closed.push(name));
  await Promise.all([life.end(), life.end()]);
  await life.end();
  expect(closed).toEqual(['c', 'b', 'a']);
});

it('closes too what opens while it ends, and waits for it', async () => {
  const closed: string[] = [];
  const life = createLife();
  const first = life.end();
  expect(life.ending).toBe(true);
  life.onEnd(async () => {
    await Promise.resolve();
    closed.push('late');
  });
  await Promise.all([first, life.end()]);
  expect(closed).toEqual(['late']);
});

it('goes on when one thing cannot be closed, and says so', async () => {
  const closed: string[] = [];
  const life = createLife();
  life.onEnd(() => closed.push('a'));
  life.onEnd(() => Promise.reject(new Error('stuck')));
  await expect(life.end()).rejects.toThrowError('stuck');
  // Whoever asks later hears of it too.
  await expect(life.end()).rejects.toThrowError('stuck');
  expect(closed).toEqual(['a']);
});
