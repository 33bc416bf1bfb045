import { expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

it.each([
  [[], { portBase: 3_000, fresh: false }],
  [['--port-base', '13000'], { portBase: 13_000, fresh: false }],
  [['--', '--port-base=13000', '--fresh'], { portBase: 13_000, fresh: true }],
])('reads %j', (args, expected) => {
  expect(readArguments(args)).toEqual(expected);
});

it.each([['80'], ['65000'], ['3000.5'], ['x'], ['']])('refuses the port base "%s"', (base) => {
  expect(() => readArguments(['--port-base', base])).toThrowError('--port-base must be a whole number');
});

it.each([[['--frsh']], [['3000']]])('refuses what it does not know: %j', (args) => {
  expect(() => readArguments(args)).toThrowError();
});
