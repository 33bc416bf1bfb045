import { createHash, type Hash } from 'node:crypto';
import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import type { Batch, Mark } from '#src/ports/extract.ts';
import { type ByteSource, RefusedBytes } from './byte-source.ts';
import type { Layout } from './header.ts';
import { createRunReader, LONGEST_LINE, LONGEST_RUN } from './run-reader.ts';

/** Small enough for the caches of a processor, and more than the longest run and the longest line after it. */
const BUFFER_BYTES = 2 * (LONGEST_RUN + 2 * LONGEST_LINE);
const LINE_FEED = 0x0a;

export interface Text {
  /** How long it was when it was opened. */
  readonly bytes: number;
  readonly layout: Layout;
  readonly encoding: 'utf-8' | 'windows-1252';
}

const changed = refuseImport(
  'file_changed',
  'the file changed while it was read: wait until it is whole, then start again',
);
export const anotherFile = refuseImport(
  'file_is_another',
  'the file is not the one that this import began with: start a new import',
);

/**
 * Reads a file by runs, in the memory of one buffer: what is not read for good yet (the last run, which may go on) moves to
 * the front, and the rest is filled again.
 */
export async function* readExtract(
  source: ByteSource,
  text: Text,
  from?: Mark,
): AsyncGenerator<Accepted<Batch> | ImportRefused> {
  try {
    yield* readBatches(source, text, from);
  } catch (error) {
    if (error instanceof RefusedBytes) yield error.refused;
    else throw error;
  } finally {
    await source.close();
  }
}

async function* readBatches(
  source: ByteSource,
  { layout, encoding, bytes: expected }: Text,
  from: Mark = { bytes: 0, lines: 0, sha256: '' },
): AsyncGenerator<Accepted<Batch> | ImportRefused> {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  const sha256 = createHash('sha256');
  if (!(await skipTo(from, source, buffer, sha256))) return yield anotherFile;

  const reader = createRunReader(layout, encoding);
  let { bytes, lines } = from;
  let held = 0;
  let isLast = false;
  let isInLongLine = false;
  while (!isLast) {
    while (held < buffer.length) {
      const count = await source.read(buffer, held);
      if (count === 0) {
        isLast = true;
        break;
      }
      held += count;
    }
    const read = (length: number) => {
      sha256.update(buffer.subarray(0, length));
      bytes += length;
      buffer.copy(buffer, 0, length, held);
      held -= length;
    };

    if (lines === 0 && held > 0) {
      // The header, which was understood when the file was opened.
      const end = buffer.subarray(0, held).indexOf(LINE_FEED) + 1;
      read(end === 0 ? held : end);
      lines = 1;
    }
    if (isInLongLine) {
      const end = buffer.subarray(0, held).indexOf(LINE_FEED) + 1;
      read(end === 0 ? held : end);
      if (end === 0 && !isLast) continue;
      if (end === 0) return yield truncated('in the middle of a line that is too long');
      isInLongLine = false;
      lines++;
      yield accepted({ ...nothing, rejected: [{ line: lines, reason: 'line_too_long' }], mark: markAt() });
    }

    const rest = buffer.subarray(0, held);
    if (isLast && bytes + held !== expected) return yield changed;
    if (isLast) {
      const cut = truncation(rest, layout);
      if (cut) return yield cut;
    }
    const { described, rejected, warnings, ...parsed } = reader.parse(rest, lines + 1, isLast);
    if (parsed.headerAgainAt !== undefined) return yield headerAgain(parsed.headerAgainAt);
    read(parsed.bytes);
    lines += parsed.lines;
    if (isLast || parsed.bytes > 0) yield accepted({ described, rejected, warnings, mark: markAt() });
    isInLongLine = !isLast && held > LONGEST_LINE && !buffer.subarray(0, held).includes(LINE_FEED);
  }

  function markAt(): Mark {
    return { bytes, lines, sha256: sha256.copy().digest('hex') };
  }
}

const headerAgain = (line: number) =>
  refuseImport('header_repeated', `line ${line} is the header again: two files were put together`);

const nothing = { described: [], rejected: [], warnings: [] };

/** Reads what is before a mark, for its hash alone. */
async function skipTo(from: Mark, source: ByteSource, buffer: Buffer, sha256: Hash): Promise<boolean> {
  let left = from.bytes;
  while (left > 0) {
    const count = await source.read(buffer.subarray(0, left), 0);
    if (count === 0) return false;
    sha256.update(buffer.subarray(0, count));
    left -= count;
  }
  return from.bytes === 0 || sha256.copy().digest('hex') === from.sha256;
}

/**
 * The extracts end with a line feed. Without it, only a trailing separator can prove that the last line was not cut.
 */
export function truncation(tail: Buffer, { separator, trailing, width }: Layout): ImportRefused | undefined {
  const lastLine = tail.subarray(tail.lastIndexOf(LINE_FEED) + 1).toString('latin1');
  if (lastLine.trim() === '') return undefined;
  const values = lastLine.trimEnd().split(separator).length;
  if (trailing && values === width + 1) return undefined;
  return truncated(`in column ${Math.min(values, width)} of ${width}`);
}

const truncated = (where: string) =>
  refuseImport('file_truncated', `the last line stops ${where}: the file is truncated`);
