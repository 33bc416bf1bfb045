import { Unavailable } from '@psc/kernel';
import { expect, it } from 'vitest';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { createCachedDirectory } from './directory.cached.ts';

function world(most = 10) {
  const asked: string[] = [];
  let now = 0;
  let down = false;
  const cached = createCachedDirectory(
    {
      async find(nationalId) {
        asked.push(nationalId);
        if (down) throw new Unavailable('directory_unavailable', 'down');
        return nationalId === camilleLambda.nationalId ? camilleLambda : undefined;
      },
    },
    { freshMs: 10_000, most, clock: () => now },
  );
  return {
    cached,
    asked,
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
    fail: (failing: boolean) => {
      down = failing;
    },
  };
}

it('the register is asked once for one login, and again a little later', async () => {
  const { cached, asked, wait } = world();
  const [one, other] = await Promise.all([cached.find('899700000013'), cached.find('899700000013')]);
  expect(one).toBe(camilleLambda);
  expect(other).toBe(camilleLambda);
  wait(9_999);
  await cached.find('899700000013');
  expect(asked).toHaveLength(1);
  wait(1);
  await cached.find('899700000013');
  expect(asked).toHaveLength(2);
});

it('an absence is remembered as well, a failure is not', async () => {
  const { cached, asked, fail } = world();
  expect(await cached.find('unknown')).toBeUndefined();
  expect(await cached.find('unknown')).toBeUndefined();
  expect(asked).toHaveLength(1);
  fail(true);
  await expect(cached.find('899700000013')).rejects.toThrow(Unavailable);
  fail(false);
  expect(await cached.find('899700000013')).toBe(camilleLambda);
});

it('no more people are remembered than allowed', async () => {
  const { cached, asked } = world(2);
  for (const id of ['a', 'b', 'c']) await cached.find(id);
  await cached.find('c');
  await cached.find('b');
  expect(asked).toEqual(['a', 'b', 'c']);
  await cached.find('a');
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});

it('nothing that was asked before is believed once the register changed, not even what is awaited', async () => {
  const { cached, asked } = world();
  await cached.find('899700000013');
  const awaited = cached.find('unknown');
  cached.forget();
  await awaited;
  await cached.find('899700000013');
  await cached.find('unknown');
  expect(asked).toEqual(['899700000013', 'unknown', '899700000013', 'unknown']);
});
