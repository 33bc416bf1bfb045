import { expect, it } from 'vitest';
import { plantTree } from './tree.ts';

const file = 'packages/kernel/src/luhn.ts';

it('the type checker accepts what is right', async () => {
  await using tree = await plantTree({ [file]: "export const digits: string = '123';\n" });
  expect(await tree.types()).toEqual({ passes: true, says: '' });
});

it.each([
  ['a wrong type', 'export const digits: string = 123;\n', 'TS2322'],
  ['an element that may be missing', 'export const first = (all: string[]): string => all[0];\n', 'TS2322'],
  ['an optional property set to undefined', 'export const a: { b?: string } = { b: undefined };\n', 'TS2375'],
  ['syntax that Node cannot erase', 'export namespace A {\n  export const b = 1;\n}\n', 'TS1294'],
])('the type checker refuses %s', async (_what, text, code) => {
  await using tree = await plantTree({ [file]: text });
  const verdict = await tree.types();
  expect(verdict.passes).toBe(false);
  expect(verdict.says).toContain(code);
});
