import { isUtf8 } from 'node:buffer';
import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import type { OpenedExtract } from '#src/ports/extract.ts';
import type { ByteSource } from './byte-source.ts';
import { parseHeader } from './header.ts';
import { readExtract, type Text } from './read-extract.ts';
import { LONGEST_LINE } from './run-reader.ts';

/** A text that can be read several times, each time from its beginning. */
export interface Readable {
  readonly source: string;
  readonly bytes: number;
  open(): ByteSource;
}

/** Tells what kind of extract a text is, by its beginning; what is none is refused before anything is written. */
export async function openText(readable: Readable): Promise<Accepted<OpenedExtract & Text> | ImportRefused> {
  const head = await readHead(readable.open());
  if (head.toString('latin1').trim() === '') return refuseImport('file_empty', 'the file is empty');
  if (isWebPage(head)) return aWebPage;

  const withoutMark = head.subarray(isMarked(head) ? 3 : 0);
  const end = withoutMark.indexOf('\n');
  const header = end < 0 ? withoutMark : withoutMark.subarray(0, end);
  const encoding = encodingOf(header, head);
  const layout = parseHeader(new TextDecoder(encoding).decode(header));
  if (!layout.ok) return layout;

  const text = { layout: layout.value, encoding, bytes: readable.bytes };
  return accepted({
    ...text,
    kind: layout.value.kind,
    source: readable.source,
    read: (from) => readExtract(readable.open(), text, from),
  });
}

export const aWebPage = refuseImport(
  'file_is_a_web_page',
  'line 1: the file is a web page (of an error, or to log in), not an extract of the register',
);

const isMarked = (head: Buffer) => head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
const isWebPage = (head: Buffer) => /^(\u00ef\u00bb\u00bf)?\s*</.test(head.toString('latin1'));

/**
 * Extracts are in UTF-8; that of the cards, and older tooling, in ISO-8859-1. The accents of the header tell, and without
 * any those of what follows it.
 */
function encodingOf(header: Buffer, head: Buffer): 'utf-8' | 'windows-1252' {
  const isTold = header.some((byte) => byte > 0x7f);
  const lines = head.subarray(0, head.lastIndexOf('\n') + 1);
  return isUtf8(isTold ? header : lines) ? 'utf-8' : 'windows-1252';
}

async function readHead(source: ByteSource): Promise<Buffer> {
  const head = Buffer.alloc(LONGEST_LINE);
  let length = 0;
  try {
    while (length < head.length) {
      const count = await source.read(head, length);
      if (count === 0) break;
      length += count;
    }
  } finally {
    await source.close();
  }
  return head.subarray(0, length);
}
