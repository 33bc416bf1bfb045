import { describe, expect, it } from 'vitest';
import { LONGEST_LINE, readLines } from './lines.ts';

async function linesOf(bytes: Buffer, chunk: number, encoding = 'utf-8'): Promise<string[]> {
  async function* chunks() {
    for (let i = 0; i < bytes.length; i += chunk) yield bytes.subarray(i, i + chunk);
  }
  const lines: string[] = [];
  for await (const batch of readLines(chunks(), encoding)) lines.push(...batch);
  return lines;
}

describe('the lines of a file', () => {
  const text = '\ufeffentête|é\r\nune «ligne»|🩺\ndernière';

  it('are the same whatever the chunks they arrive in, without mark nor line ends', async () => {
    for (let chunk = 1; chunk < 20; chunk++)
      expect(await linesOf(Buffer.from(text), chunk)).toEqual(['entête|é', 'une «ligne»|🩺', 'dernière']);
  });

  it('are read in the encoding of the file', async () => {
    expect(await linesOf(Buffer.from('prénom\n', 'latin1'), 3, 'windows-1252')).toEqual(['prénom']);
  });

  it('keep a byte that is not text recognisable', async () => {
    expect(await linesOf(Buffer.from('prénom\n', 'latin1'), 99)).toEqual(['pr\ufffdnom']);
  });

  it('end at a longest length, so that a file without line feeds does not fill the memory', async () => {
    const [line = '', ...others] = await linesOf(Buffer.alloc(LONGEST_LINE * 5, 'x'), 1_000);
    expect(others).toEqual([]);
    expect(line.length).toBeLessThan(LONGEST_LINE + 1_001);
  });
});
