import { expect, it } from 'vitest';
import { createMemory } from './memory.ts';

function start() {
  const time = { now: 0 };
  return { time, memory: createMemory<string>({ limit: 2, lifetimeMs: 1_000, clock: () => time.now }) };
}

it('remembers for its lifetime and no longer', () => {
  const { time, memory } = start();
  memory.remember('a', 'x');
  time.now = 999;
  expect(memory.find('a')).toBe('x');
  time.now = 1_000;
  expect(memory.find('a')).toBeUndefined();
  expect(memory.take('a')).toBeUndefined();
});

it('gives what is taken once', () => {
  const { memory } = start();
  memory.remember('a', 'x');
  expect([memory.take('a'), memory.take('a')]).toEqual(['x', undefined]);
});

it('forgets the oldest when it is full', () => {
  const { memory } = start();
  memory.remember('a', 'x');
  memory.remember('b', 'y');
  memory.remember('a', 'z');
  memory.remember('c', 't');
  expect(['a', 'b', 'c'].map((key) => memory.find(key))).toEqual(['z', undefined, 't']);
});
