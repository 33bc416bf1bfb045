import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { materialOf, openStamps } from './stamps.ts';

let folder: string;
let done: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'psc-stamps-'));
  done = [];
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => openStamps(join(folder, 'stamps.json'));
const work = (name: string) => async () => void done.push(name);

it('does a work once, even across processes, and again when its material changes', async () => {
  const stamps = await open();
  await stamps.once('seeds', 'one', work('first'));
  await stamps.once('seeds', 'one', work('again'));
  await (await open()).once('seeds', 'one', work('later'));
  await (await open()).once('seeds', 'two', work('changed'));
  await (await open()).once('seeds', 'one', work('changed back'));
  expect(done).toEqual(['first', 'changed', 'changed back']);
});

it('does again a work that failed, and knows several done at once', async () => {
  const stamps = await open();
  await expect(stamps.once('a', '', () => Promise.reject(new Error('no')))).rejects.toThrowError('no');
  await Promise.all([stamps.once('a', '', work('a')), stamps.once('b', '', work('b'))]);
  const later = await open();
  await Promise.all([stamps, later].map((each) => each.once('a', '', work('again'))));
  expect(done.toSorted()).toEqual(['a', 'b']);
});

it('does everything again when its file cannot be read', async () => {
  await writeFile(join(folder, 'stamps.json'), '{"a": ');
  await (await open()).once('a', '', work('a'));
  expect(done).toEqual(['a']);
});

it('sees a file that is added, changed or renamed', async () => {
  const materials = [await materialOf(folder)];
  for (const [name, text] of [
    ['1.sql', 'a'],
    ['1.sql', 'b'],
    ['2.sql', 'b'],
  ] as const) {
    await writeFile(join(folder, name), text);
    materials.push(await materialOf(folder));
  }
  expect(new Set(materials).size).toBe(4);
});
