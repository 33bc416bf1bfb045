import { expect, it } from 'vitest';
import { writeExtract } from './write-extract.ts';

it('writes rows in the order of the columns, and no value becomes a column or a row', () => {
  const text = writeExtract(['b', 'a'], { a: (row: { name: string }) => row.name, b: () => '"' }, [
    { name: 'A|B\r\nC' },
    { name: '' },
  ]);
  expect(text).toBe('b|a|\n"|A B  C|\n"||\n');
});
