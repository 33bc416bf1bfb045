import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import type { Extracts, OpenedExtract, OpenedSource } from '#src/ports/extract.ts';
import { fromFile } from './byte-source.ts';
import { download } from './download.ts';
import { openText } from './open-text.ts';
import { truncation } from './read-extract.ts';
import { LONGEST_LINE } from './run-reader.ts';
import { type ExtractsParts, receive, type SpooledFile } from './spool.ts';
import { openZip } from './zip.ts';

/** The local header of a first file, or the end of an empty archive. */
const ZIP_STARTS = ['504b0304', '504b0506'];
const STDIN = '-';
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

/** The files that an operator names: a path, standard input, or an address. */
export function createExtracts(parts: ExtractsParts): Extracts {
  return {
    async open(source, options = {}) {
      const found = await find();
      if (!found.ok) return found;
      const { file, name } = found.value;
      const extracts = await openFile(file, name).catch(() =>
        refuseImport('file_unreadable', 'the file cannot be read'),
      );
      if (extracts.ok) return accepted<OpenedSource>({ extracts: extracts.value, close: () => file.close() });
      await file.close();
      return extracts;

      async function find(): Promise<Accepted<SpooledFile> | ImportRefused> {
        if (source === STDIN) return receive(parts, options);
        if (ADDRESS.test(source)) return download(source, parts, options);
        const file = await open(source).catch(() => undefined);
        if (!file) return refuseImport('file_unreadable', 'the file cannot be opened');
        return accepted({ file, name: basename(source) });
      }
    },
  };
}

async function openFile(
  file: FileHandle,
  name: string,
): Promise<Accepted<readonly OpenedExtract[]> | ImportRefused> {
  const { size } = await file.stat();
  const start = await readAt(file, 0, 4);
  if (ZIP_STARTS.includes(start.toString('hex'))) return openZip(file, size, name);

  const opened = await openText({ source: name, bytes: size, open: () => fromFile(file) });
  if (!opened.ok) return opened;
  // A file that was cut is refused before anything of it is staged.
  const tailLength = Math.min(size, LONGEST_LINE);
  const cut = truncation(await readAt(file, size - tailLength, tailLength), opened.value.layout);
  return cut ?? accepted([opened.value]);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
