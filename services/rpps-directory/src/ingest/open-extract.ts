import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import type { RegisterRow, RejectedRow } from '#src/domain/register-row.ts';
import type { Extract } from '#src/ports/register.ts';
import { type Layout, parseLayout, SEPARATOR } from './layout.ts';
import { LONGEST_LINE, readLines } from './lines.ts';
import { createRowReader } from './read-row.ts';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

export interface OpenedExtract extends Extract {
  close(): Promise<void>;
}

/**
 * Opens an extract after a look at both its ends: what is not an extract, or was cut, is refused before anything is
 * written. The rows are then read as a stream, in the memory of a few chunks.
 */
export async function openExtract(path: string): Promise<Accepted<OpenedExtract> | ImportRefused> {
  const file = await open(path).catch(() => undefined);
  if (!file) return refuseImport('file_unreadable', 'the file cannot be opened');
  const examined = await examine(file).catch(() =>
    refuseImport('file_unreadable', 'the file cannot be read'),
  );
  if (!examined.ok) {
    await file.close();
    return examined;
  }
  const { layout, encoding } = examined.value;
  const hash = createHash('sha256');
  return accepted({
    kind: layout.kind,
    rows: readRows(
      hashed(file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false }), hash),
      layout,
      encoding,
    ),
    sha256: () => hash.copy().digest('hex'),
    close: () => file.close(),
  });
}

async function examine(
  file: FileHandle,
): Promise<Accepted<{ layout: Layout; encoding: string }> | ImportRefused> {
  const { size } = await file.stat();
  const head = await readAt(file, 0, Math.min(size, LONGEST_LINE));
  if (head.toString('latin1').trim() === '') return refuseImport('file_empty', 'the file is empty');
  if (head.subarray(0, 4).equals(Buffer.from('PK\x03\x04')))
    return refuseImport('file_is_an_archive', 'the file is a zip archive: unzip it first');
  if (/^(\u00ef\u00bb\u00bf)?\s*</.test(head.toString('latin1')))
    return refuseImport(
      'file_is_a_web_page',
      'line 1: the file is a web page, not an extract of the register',
    );

  const headerEnd = head.indexOf(LINE_FEED);
  const headerBytes = headerEnd < 0 ? head : head.subarray(0, headerEnd);
  const encoding = encodingOf(headerBytes);
  const layout = parseLayout(new TextDecoder(encoding).decode(headerBytes));
  if (!layout.ok) return layout;

  const tail = await readAt(file, Math.max(0, size - LONGEST_LINE), Math.min(size, LONGEST_LINE));
  const lastLine = tail.subarray(tail.lastIndexOf(LINE_FEED) + 1).toString('latin1');
  // The extracts end with a line feed. Without it, only a trailing separator can prove that nothing was cut.
  const isWhole =
    lastLine.trim() === '' ||
    (layout.value.trailing && lastLine.trimEnd().split(SEPARATOR).length === layout.value.width + 1);
  if (!isWhole)
    return refuseImport(
      'file_truncated',
      `the last line stops in column ${lastLine.split(SEPARATOR).length} of ${layout.value.width}: the file is truncated`,
    );
  return accepted({ layout: layout.value, encoding });
}

/** Extracts are in UTF-8; older tooling wrote ISO-8859-1. The accents of the header tell. */
function encodingOf(header: Uint8Array): string {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(header);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* readRows(
  chunks: AsyncIterable<Uint8Array>,
  layout: Layout,
  encoding: string,
): AsyncGenerator<readonly (RegisterRow | RejectedRow)[]> {
  const readRow = createRowReader(layout);
  let number = 0;
  for await (const lines of readLines(chunks, encoding)) {
    const rows: (RegisterRow | RejectedRow)[] = [];
    for (const line of lines) {
      number++;
      const isHeader = number === 1;
      if (!isHeader && line !== '') rows.push(readRow(line, number));
    }
    yield rows;
  }
}
